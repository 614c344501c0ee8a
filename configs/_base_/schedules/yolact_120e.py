# RGNNVIS, stage 1 (section 3.6): 120 epochs of 933 steps, Adam whose rate falls by a factor of five after 60 and 90.
# The text lost rate and decay, and the code lacks this stage: they are ours.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=120, val_interval=30)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0001, weight_decay=0.0001))
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, begin=0, end=120, milestones=[60, 90], gamma=0.2)]
auto_scale_lr = dict(enable=False, base_batch_size=8)
