# COCO 2017, for detectors: an image is a video of one frame.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import COCO as classes  # noqa: E402

data_root = 'data/coco/'
annotations = data_root + 'annotations/instances_'
scale = (1333, 800)                                       # Mask R-CNN, as everybody trains it on COCO
train_dataloader = dict(
    batch_size=2, num_workers=4, persistent_workers=True,  # 16 images on 8 GPUs
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=annotations + 'train2017.json', img_prefix=data_root + 'train2017',
        format='coco', classes=classes,
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=scale),
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=1, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=annotations + 'val2017.json', img_prefix=data_root + 'val2017', format='coco',
        classes=classes, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file=annotations + 'val2017.json', format='coco')]
test_evaluator = val_evaluator
