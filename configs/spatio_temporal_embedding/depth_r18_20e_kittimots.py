# Stage 2: depth and the camera's motion, frame by frame, as Godard et al. 2019 train them (the authors' code starts
# from such a network). KITTI MOTS has no depth to score it with.
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
load_from = None
train_cfg = dict(max_epochs=20, val_interval=20)
train_dataloader = dict(batch_size=12, dataset=dict(clip=dict(length=3)))
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, begin=0, end=20, milestones=[15], gamma=0.1)]
auto_scale_lr = dict(base_batch_size=12)
val_cfg, val_dataloader, val_evaluator = None, None, None
test_evaluator = []
default_hooks = dict(checkpoint=dict(save_best=None, rule=None))
panels = dict(instances=None, embedding=None, scatter=None)
model = dict(
    detector=dict(tasks=['depth'], predicts=['depth', 'motion'], grouping=None, temporal_model=None),
    result_features=['depth', 'motion'])
