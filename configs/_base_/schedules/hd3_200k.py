# HD3's code: Adam at 1e-4 with a decay of 4e-4, halved twice; how long, MOTSNet does not say. The decay is AdamW's:
# added to gradients it would outweigh those of targets as sparse as ours.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=200000, val_interval=200000)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.0001, weight_decay=0.0004))
param_scheduler = [dict(type='MultiStepLR', by_epoch=False, milestones=[100000, 150000], gamma=0.5)]
auto_scale_lr = dict(enable=False, base_batch_size=16)
