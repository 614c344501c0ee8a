# BDD100K MOTS 2020: 154 videos to train on, 32 to score; the test split has no public labels.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import BDD100K as classes  # noqa: E402

data_root = 'data/bdd100k/'
labels = data_root + 'labels/seg_track_20/bitmasks/'
images = data_root + 'images/seg_track_20/'
train_dataloader = dict(
    batch_size=1, num_workers=4, persistent_workers=True,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=labels + 'train', img_prefix=images + 'train', format='bdd100k', classes=classes,
        clip=dict(type='ContiguousClip', length=10),      # MOTSNet table 6
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'),
            dict(type='RandomScaleClip', low=0.8, high=1.25),     # MOTSNet, section 5.2
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=labels + 'val', img_prefix=images + 'val', format='bdd100k', classes=classes,
        test_mode=True, pipeline=[dict(type='LoadFrames'), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='MOTSMetric', ann_file=labels + 'val', format='bdd100k', rules='motmetrics', per_class=True)]
test_evaluator = val_evaluator
