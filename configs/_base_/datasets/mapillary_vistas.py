# Mapillary Vistas v1.2, 18,000 images to train detectors on and 2,000 to score: an image is a video of one frame.
# Sizes and batch are those of MOTSNet's base network: mapillary/seamseg, scripts/configurations/vistas_r50.ini.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import VISTAS as classes  # noqa: E402

data_root = 'data/mapillary_vistas/'
annotations = dict(
    ann_file=data_root + 'training/instances', img_prefix=data_root + 'training/images', format='vistas',
    classes=classes)
val_annotations = dict(
    ann_file=data_root + 'validation/instances', img_prefix=data_root + 'validation/images', format='vistas',
    classes=classes)
scale = (2304, 1920)                                      # longest_max_size, shortest_size
# random_scale: 0.8 to 1.25 of the shortest size, in steps of 0.05; no side is longer than the longest.
scales = [(2304, side) for side in (1536, 1632, 1728, 1824, 1920, 2016, 2112, 2208, 2304, 2304)]
train_dataloader = dict(
    batch_size=1, num_workers=4, persistent_workers=True,  # 8 images on 8 GPUs
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', **annotations,
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomResizeClip', scales=scales),
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=1, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', **val_annotations, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file=val_annotations['ann_file'], format='vistas')]
test_evaluator = val_evaluator
