# BDD100K MOT 2020: 200 videos to score box tracks on. There are no masks, so there is nothing here to train on.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import BDD100K as classes  # noqa: E402

data_root = 'data/bdd100k/'
labels = data_root + 'labels/box_track_20/'
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=labels + 'val', img_prefix=data_root + 'images/track/val', format='bdd100k',
        classes=classes, test_mode=True, pipeline=[dict(type='LoadFrames'), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='BDD100KMetric', ann_file=labels + 'val', format='bdd100k')]
test_evaluator = val_evaluator
