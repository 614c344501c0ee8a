# The synthetic street world: `python tools/make_world.py --out data/street_world --train-videos 60`.
data_root = 'data/street_world/'
classes = ('car', 'pedestrian', 'truck')
scale = (320, 192)                                        # the world's own; other videos are brought to it
train_dataloader = dict(
    batch_size=2, num_workers=0,
    sampler=dict(type='ClipSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=data_root + 'train.json', img_prefix=data_root + 'train/JPEGImages',
        classes=classes, min_size=4, clip=dict(type='RandomPair', both_key=True),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomFlipClip', prob=0.5),
            dict(type='RandomColourClip', hue=180, saturation=0.5, brightness=0.3), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=1, num_workers=0,
    sampler=dict(type='VideoSampler'), batch_sampler=dict(type='VideoBatchSampler'),
    dataset=dict(
        type='VideoDataset', ann_file=data_root + 'val.json', img_prefix=data_root + 'val/JPEGImages',
        classes=classes, test_mode=True,
        pipeline=[dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=data_root + 'val.json'),
    dict(type='MOTSMetric', ann_file=data_root + 'val.json', min_score=0.5)]
test_evaluator = val_evaluator
