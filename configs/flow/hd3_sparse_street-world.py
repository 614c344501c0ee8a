# HD3 in small on what structure from motion would know: some points of the static scene. First
# `python tools/flow_targets.py world data/street_world --out data/street_world_sparse`.
_base_ = './hd3_street-world.py'
sparse = 'data/street_world_sparse/'
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='LoadTracks'),
    dict(type='LoadFlow', backward=sparse + 'flow/train/{video}/{frame:05d}.png',
         forward=sparse + 'flow_forward/train/{video}/{frame:05d}.png'),
    dict(type='RandomCropClip', size=(256, 128)), dict(type='RandomFlipClip', prob=0.5),
    dict(type='RandomColourClip', hue=180, saturation=0.5, brightness=0.3), dict(type='PackClip')]))
