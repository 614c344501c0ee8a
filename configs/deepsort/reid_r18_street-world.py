# DeepSORT's network for re-identification in small, from scratch. Validation tracks true boxes by it.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_street-world.py', '../_base_/trackers/deepsort_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/street_world.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', tracker=_base_.tracker, data_preprocessor=_base_.data_preprocessor,
    detector=dict(type='OracleDetector', ann_file=_base_.data_root + 'val.json', classes=_base_.classes),
    embedder=dict(
        _base_.embedder, init_cfg=None, jitter=0.1, identities=dict(ann_file=_base_.data_root + 'train.json')))
# An object keeps its hue, which tells it apart.
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomFlipClip', prob=0.5),
    dict(type='RandomColourClip', hue=0, saturation=0.2, brightness=0.2), dict(type='PackClip')]))
train_cfg = dict(max_epochs=6, val_interval=6)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=6, T_max=6, eta_min=1e-5, convert_to_iter_based=True)]
