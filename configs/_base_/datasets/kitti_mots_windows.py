# The cars of KITTI MOTS in windows of five frames at 192x640, without augmentation; pedestrians are background. An item
# stands for a frame, and is one of the windows that have it.
_base_ = './kitti_mots.py'
classes = ('car',)
resize = dict(type='ResizeClip', scale=(640, 192), keep_ratio=False)
train_dataloader = dict(
    batch_size=6,
    dataset=dict(
        classes=classes, empty_frames=True, clip=dict(length=5),
        pipeline=[dict(type='LoadFrames'), dict(type='LoadTracks'), resize, dict(type='PackClip')]))
val_dataloader = dict(dataset=dict(
    classes=classes, pipeline=[dict(type='LoadFrames'), resize, dict(type='PackClip')]))
test_dataloader = val_dataloader
