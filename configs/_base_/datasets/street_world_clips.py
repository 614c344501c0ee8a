# The synthetic street world in clips of ten frames, without augmentation: what a frozen detector finds can be kept.
_base_ = './street_world.py'
train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        clips_per_video=4, clip=dict(_delete_=True, type='ContiguousClip', length=10, anywhere=True),
        pipeline=[dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='PackClip')]))
