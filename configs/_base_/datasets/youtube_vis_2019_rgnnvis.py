# YouTube-VIS 2019 as RGNNVIS takes it: the 1280x720 videos of at least 10 frames, 200 of them held out, 1,867 trained
# on (section 4.1). The lists depend on what is in the file: docs/datasets.md says how to draw them.
_base_ = './youtube_vis_2019.py'
train_split = _base_.data_root + 'splits/rgnnvis_train.txt'
val_split = _base_.data_root + 'splits/rgnnvis_val.txt'
scale = (864, 480)                                        # the size of its crops
# Its factors of 1280x720 are spread evenly over 0.475 to 1.
scales = [(608, 342), (704, 396), (832, 468), (960, 540), (1088, 612), (1184, 666), (1280, 720)]
crops = [
    dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomResizeClip', scales=scales),
    dict(type='RandomCropClip', size=scale), dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]
train_dataloader = dict(dataset=dict(
    split=train_split, clip=dict(type='ContiguousClip', length=10, _delete_=True), pipeline=crops))
val_dataloader = dict(dataset=dict(split=val_split, pipeline=[
    dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=_base_.annotations.ann_file, split=val_split)]
test_evaluator = val_evaluator
