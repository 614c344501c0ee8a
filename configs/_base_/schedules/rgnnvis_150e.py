# RGNNVIS, stage 2: 150 epochs of 633 steps of 4 clips (section 3.6), Adam at a constant rate (the authors' code).
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=150, val_interval=30)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, weight_decay=0.0001))
param_scheduler = []
auto_scale_lr = dict(enable=False, base_batch_size=4)
find_unused_parameters = True       # a batch without tracks leaves weights unused, which several processes must know
