# OSMN's code for YouTube-VOS: Adam at 1e-5 for 200,000 steps of 8 objects, at 1e-6 for 100,000 more. Its weight decay
# of 2e-4 is nothing against a loss that is a sum over pixels; here the loss is a mean, and there is none.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=300_000, val_interval=300_000)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-5))
param_scheduler = [dict(type='MultiStepLR', by_epoch=False, begin=0, end=300_000, milestones=[200_000], gamma=0.1)]
