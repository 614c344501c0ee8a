# TrackR-CNN fine-tunes a detector that is trained already: five epochs of a clip a step at a very small rate, weights
# decayed by their squares (the authors' code).
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=5, val_interval=5)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=5e-7, weight_decay=1e-4))
param_scheduler = []
auto_scale_lr = dict(enable=False, base_batch_size=1)
