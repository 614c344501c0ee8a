# The spatio-temporal embedding: Adam at a constant rate, 6 windows a step (the authors' code). How long is not known;
# these 48 epochs of KITTI MOTS are 40,000 steps.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=48, val_interval=4)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0001))
param_scheduler = []
auto_scale_lr = dict(enable=False, base_batch_size=6)
