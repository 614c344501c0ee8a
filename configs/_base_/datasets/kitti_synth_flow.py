# Flow of KITTI Raw's static scene, by structure from motion (MOTSNet, section 3.1): what tools/flow_targets.py leaves
# in a folder of tools/mine.py.
_base_ = './kitti_synth.py'
targets = _base_.synth_root + 'flow_targets/'
train_dataloader = dict(
    batch_size=4,                                           # 16 pairs on four GPUs; MOTSNet does not say
    dataset=dict(
        empty_frames=True, clip=dict(length=2),
        pipeline=[
            dict(type='LoadFrames'), dict(type='LoadTracks'),
            dict(type='LoadFlow', backward=targets + 'backward/{video}/{frame:05d}.png',
                 forward=targets + 'forward/{video}/{frame:05d}.png'),
            # HD3's code cuts out 0.5 to 1.15 times the crop's size and makes it as large as that.
            dict(type='RandomScaleClip', low=0.87, high=2.0),
            dict(type='RandomCropClip', size=(896, 320)), dict(type='RandomFlipClip', prob=0.5),
            dict(type='RandomColourClip', hue=0, saturation=0.1, brightness=0.3),
            dict(type='RandomGammaClip', strength=0.15), dict(type='PackClip')]))
