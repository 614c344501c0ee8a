# The VAE paper: 20 epochs of Adam at 1.5e-4, 8 images a step (section 4.2). Warm-up, clipping and decay are ours.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=20, val_interval=20)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.00015), clip_grad=dict(max_norm=35, norm_type=2))
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', by_epoch=True, begin=0, end=20, milestones=[15], gamma=0.1)]
auto_scale_lr = dict(enable=False, base_batch_size=8)
