# KITTI MOTS: 12 sequences, 5,027 frames, to train on, 9 sequences, 2,981 frames, to score, as its authors split them.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import KITTI_MOTS as classes  # noqa: E402

data_root = 'data/kitti_mots/'
annotations = dict(
    ann_file=data_root + 'instances_txt', img_prefix=data_root + 'training/image_02', format='kitti_mots',
    classes=classes)
train_seqmap = '{{ fileDirname }}/splits/kitti_mots_train.seqmap'
val_seqmap = '{{ fileDirname }}/splits/kitti_mots_val.seqmap'
train_dataloader = dict(
    batch_size=1, num_workers=4, persistent_workers=True,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, seqmap=train_seqmap,
        clip=dict(type='ContiguousClip', length=12),      # MOTSNet table 6
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'),
            dict(type='RandomScaleClip', low=0.8, high=1.25),     # MOTSNet, section 5.2
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, seqmap=val_seqmap, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='PackClip')]))
test_dataloader = val_dataloader
# Published scores are of cars and of pedestrians.
val_evaluator = dict(
    type='MOTSMetric', ann_file=annotations['ann_file'], format='kitti_mots', seqmap=val_seqmap, per_class=True)
test_evaluator = val_evaluator
