# OSMN in small, from scratch on the synthetic street world: minutes on two CPU cores.
_base_ = [
    '../_base_/trackers/osmn_street-world.py', '../_base_/datasets/street_world.py', '../_base_/runtime.py']
model = dict(
    type='OSMNTrainer', network=_base_.tracker.propagator.network, loss=dict(type='BalancedBCE', loss_weight=1.0),
    data_preprocessor=dict(
        type='ClipPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True))
train_dataloader = dict(dataset=dict(
    clip=dict(_delete_=True, type='GuidedPair'),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='RandomFlipClip', prob=0.5),
        dict(type='RandomColourClip', hue=180, saturation=0.5, brightness=0.3),
        # All that a clip shows: they share the first layers, and a budget of minutes has few clips.
        dict(type='KeepCommonObjects', count=2, min_fill=0.2), dict(type='PackClip')]))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1500, val_interval=1500)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.001, weight_decay=0.01),
    clip_grad=dict(max_norm=10, norm_type=2))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=0, end=1500, T_max=1500, eta_min=1e-5)]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500))
log_processor = dict(by_epoch=False)
val_cfg = val_dataloader = val_evaluator = test_cfg = test_dataloader = test_evaluator = None
