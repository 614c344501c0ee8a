# DAVIS 2017, 480p: 60 videos to train on, 30 to score; objects have no class.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import DAVIS as classes  # noqa: E402

data_root = 'data/davis/'
annotations = dict(
    ann_file=data_root, img_prefix=data_root + 'JPEGImages/480p', format='davis', classes=classes)
train_split = data_root + 'ImageSets/2017/train.txt'
val_split = data_root + 'ImageSets/2017/val.txt'
train_dataloader = dict(
    batch_size=8, num_workers=4, persistent_workers=True,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, split=train_split, clip=dict(type='RandomPair'),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomFlipClip', prob=0.5),
            dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, split=val_split, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=data_root, format='davis', split=val_split),
    dict(type='MOTSMetric', ann_file=data_root, format='davis', split=val_split)]
test_evaluator = val_evaluator
