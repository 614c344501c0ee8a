# A budget of less than an hour on one CPU core.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=10, val_interval=5)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.001), clip_grad=dict(max_norm=10, norm_type=2))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=10, T_max=10, eta_min=1e-5, convert_to_iter_based=True)]
