# Any videos, with COCO's classes; nothing is trained. Tracking a video uses the pipeline alone. Scores need
# annotations, in any format (`format`), that list all of `classes`; configs/any_segmenter/README.md takes fewer.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import COCO as classes  # noqa: E402

data_root = 'data/videos/'
scale = (1333, 800)                                       # what most of mmdet's models are tested at
val_dataloader = dict(
    batch_size=1, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=data_root + 'annotations.json', img_prefix=data_root + 'images', classes=classes,
        test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=data_root + 'annotations.json'),
    dict(type='MOTSMetric', ann_file=data_root + 'annotations.json')]
test_evaluator = val_evaluator
