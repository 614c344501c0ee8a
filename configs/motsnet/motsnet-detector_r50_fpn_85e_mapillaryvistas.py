# MOTSNet's detector on Mapillary Vistas ("M"), from ImageNet: instances alone, where its base network is panoptic.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_37-classes.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/mapillary_vistas.py', '../_base_/schedules/85e_vistas.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
