# KITTI Synth as in the paper: segments of a detector of Mapillary Vistas, flow of HD3 that structure from motion has
# taught.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_37-classes.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/mapillary_vistas.py', '../_base_/mining/kitti_synth_vistas.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
hd3 = dict(
    _delete_=True, type='HD3Flow',
    init_cfg=dict(
        type='Pretrained', checkpoint='work_dirs/hd3_200k_kittisynth/iter_200000.pth', prefix='detector.flow.'))
mining = dict(linker=dict(tracker=dict(propagator=dict(flow=hd3))))
