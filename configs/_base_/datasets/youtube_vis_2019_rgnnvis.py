# YouTube-VIS 2019 as RGNNVIS takes it: the 1280x720 videos of at least 10 frames, 200 of them held out, 1,867 trained
# on (appendix C.1). The lists depend on what is in the file: docs/datasets.md says how to draw them. This is stage 2,
# which trains all but the detector, on 10 successive frames of a video.
_base_ = './youtube_vis_2019.py'
train_split = _base_.data_root + 'splits/rgnnvis_train.txt'
val_split = _base_.data_root + 'splits/rgnnvis_val.txt'
scale = (864, 480)                                        # the size of its crops
loading = [dict(type='LoadFrames'), dict(type='LoadTracks')]
# Appendix C.2; the factors are those of the paper's code, and so is what becomes of objects that are cut.
crops = [
    dict(type='RandomScaleClip', low=0.475, high=1.0), dict(type='RandomCropClip', size=scale, by_centre=True),
    dict(type='RandomFlipClip', prob=0.5), dict(type='PackClip')]
train_dataloader = dict(
    # 633 steps of 4 clips (section 3.6) are 2,532 of the 3,734 that two clips of each video make.
    batch_size=4, sampler=dict(num_items=2532),
    dataset=dict(
        split=train_split, clips_per_video=2, clip=dict(type='ContiguousClip', length=10, anywhere=True, _delete_=True),
        pipeline=[*loading, *crops]))
val_dataloader = dict(dataset=dict(split=val_split, pipeline=[
    dict(type='LoadFrames'), dict(type='ResizeClip', scale=scale), dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='YouTubeVISMetric', ann_file=_base_.annotations.ann_file, split=val_split)]
test_evaluator = val_evaluator
