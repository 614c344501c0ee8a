# DeepSORT's network for re-identification: tells the training set's objects apart. Validation tracks true boxes by it.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn.py', '../_base_/trackers/deepsort.py',
    '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/12e.py', '../_base_/runtime.py']
imagenet = dict(type='Pretrained', checkpoint='checkpoints/resnet18-f37072fd.pth')
model = dict(
    type='VideoInstanceSegmentor', tracker=_base_.tracker, data_preprocessor=_base_.data_preprocessor,
    detector=dict(
        type='OracleDetector', ann_file=_base_.annotations.ann_file, split=_base_.val_split, classes=_base_.classes),
    embedder=dict(
        _base_.embedder, init_cfg=None, backbone=dict(_base_.embedder.backbone, init_cfg=imagenet), jitter=0.1,
        identities=dict(ann_file=_base_.annotations.ann_file, split=_base_.train_split)))
optim_wrapper = dict(_delete_=True, type='OptimWrapper', optimizer=dict(type='Adam', lr=0.001))  # Wojke and Bewley 2018
