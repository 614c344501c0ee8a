# MOTSNet's base network on Mapillary Vistas: mapillary/seamseg, scripts/configurations/vistas_r50.ini, 8 images a step.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=85, val_interval=5)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.0001),
    paramwise_cfg=dict(norm_decay_mult=0.0))                            # weight_decay_norm
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=200),
    dict(type='MultiStepLR', by_epoch=False, begin=0, end=191_250, milestones=[144_000, 176_000], gamma=0.1)]
auto_scale_lr = dict(enable=False, base_batch_size=8)
