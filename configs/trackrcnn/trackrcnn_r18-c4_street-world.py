# TrackR-CNN in small, from scratch on the synthetic street world. One epoch of clips of four sees as many frames as two
# epochs of MaskTrack R-CNN's pairs.
_base_ = [
    '../_base_/detectors/temporal-mask-rcnn_r18_c4_street-world.py', '../_base_/trackers/trackrcnn_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/street_world.py', '../_base_/runtime.py']
train_dataloader = dict(
    batch_size=1, dataset=dict(clip=dict(_delete_=True, type='ContiguousClip', length=4)))
train_cfg = dict(max_epochs=1, val_interval=1)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=1, T_max=1, eta_min=1e-5, convert_to_iter_based=True)]
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
