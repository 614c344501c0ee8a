# MOTSNet on KITTI MOTS, from Mapillary Vistas (Table 2, [I, M]).
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_vistas.py', '../_base_/trackers/motsnet.py',
    '../_base_/datasets/kitti_mots.py', '../_base_/schedules/motsnet_90e.py', '../_base_/runtime.py']
train_dataloader = dict(sampler=dict(frames_per_item=12))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
