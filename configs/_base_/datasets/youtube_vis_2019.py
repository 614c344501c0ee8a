# YouTube-VIS 2019. `valid.json` has no annotations: a local score needs a split of the training videos (see
# docs/datasets.md), which is what `val.json` stands for here.
data_root = 'data/youtube_vis_2019/'
classes = (
    'person', 'giant_panda', 'lizard', 'parrot', 'skateboard', 'sedan', 'ape', 'dog', 'snake', 'monkey', 'hand',
    'rabbit', 'duck', 'cat', 'cow', 'fish', 'train', 'horse', 'turtle', 'bear', 'motorbike', 'giraffe',
    'leopard', 'fox', 'deer', 'owl', 'surfboard', 'airplane', 'truck', 'zebra', 'tiger', 'elephant',
    'snowboard', 'boat', 'shark', 'mouse', 'frog', 'eagle', 'earless_seal', 'tennis_racket')
scale = (640, 360)                                        # MaskTrack R-CNN section 4.2
train_dataloader = dict(
    batch_size=8, num_workers=4, persistent_workers=True,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=data_root + 'train.json', img_prefix=data_root + 'train/JPEGImages',
        classes=classes, clip=dict(type='RandomPair'),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=scale),
            dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=4, num_workers=2, persistent_workers=True,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=data_root + 'val.json', img_prefix=data_root + 'train/JPEGImages',
        classes=classes, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=data_root + 'val.json')]
test_evaluator = val_evaluator
