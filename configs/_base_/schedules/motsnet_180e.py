# MOTSNet: SGD whose rate falls in a straight line to zero, which the last step has (section 5.2), one clip on each of
# four GPUs. An epoch shows each frame once on average. Momentum, decay and the warm-up of 200 steps are those of its
# base network's code.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=180, val_interval=10)                   # Table 6
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.0001),
    paramwise_cfg=dict(norm_decay_mult=0.0))                            # weight_decay_norm
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=200),
    dict(type='PolyLR', power=1.0, by_epoch=True, begin=0, end=180, convert_to_iter_based=True)]
auto_scale_lr = dict(enable=False, base_batch_size=4)
