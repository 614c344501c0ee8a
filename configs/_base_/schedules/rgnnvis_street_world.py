# A budget of minutes on two CPU cores: RGNNVIS's Adam, at a rate ten times as high that falls to nothing; the first
# steps, whose likelihoods are far off, are cut short.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=8)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.002, weight_decay=0.0001),
    clip_grad=dict(max_norm=20, norm_type=2))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=8, T_max=8, eta_min=1e-5, convert_to_iter_based=True)]
find_unused_parameters = True       # a batch without tracks leaves weights unused, which several processes must know
