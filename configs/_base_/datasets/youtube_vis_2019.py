# YouTube-VIS 2019. `valid.json` has no annotations, so a local score needs videos of `train.json` held out: the VAE
# paper's 2,038 and 200. MaskTrack R-CNN trains on all 2,238 and is scored by the server; see docs/datasets.md.
_base_ = []                                               # mmengine lets a file import once it has bases
from mmvist.io.classes import YOUTUBE_VIS_2019 as classes  # noqa: E402

data_root = 'data/youtube_vis_2019/'
annotations = dict(ann_file=data_root + 'train.json', img_prefix=data_root + 'train/JPEGImages', classes=classes)
train_split = '{{ fileDirname }}/splits/youtube_vis_2019_vae_train.txt'
val_split = '{{ fileDirname }}/splits/youtube_vis_2019_vae_val.txt'
scale = (640, 360)                                        # MaskTrack R-CNN section 4.2
train_dataloader = dict(
    batch_size=8, num_workers=4, persistent_workers=True,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, split=train_split, clip=dict(type='RandomPair'),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=scale),
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', **annotations, split=val_split, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=annotations['ann_file'], split=val_split)]
test_evaluator = val_evaluator
