# The synthetic street world's flow: from a frame to the one before it and back, exact, of hidden points, too.
_base_ = './street_world.py'
train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        empty_frames=True,
        clip=dict(_delete_=True, type='ContiguousClip', length=2),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'),
            dict(type='LoadFlow', backward=_base_.data_root + 'flow/train/{video}/{frame:05d}.png',
                 forward=_base_.data_root + 'flow_forward/train/{video}/{frame:05d}.png'),
            dict(type='RandomCropClip', size=(256, 128)), dict(type='RandomFlipClip', prob=0.5),
            dict(type='RandomColourClip', hue=180, saturation=0.5, brightness=0.3), dict(type='PackClip')]))
val_evaluator = [
    dict(type='FlowMetric', flow_prefix=_base_.data_root + 'flow/val', ann_file=_base_.data_root + 'val.json')]
test_evaluator = val_evaluator
