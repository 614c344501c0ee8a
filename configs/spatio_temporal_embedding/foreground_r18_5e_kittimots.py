# Stage 1: the network that tells cars from all else, from ImageNet, on single frames (the authors' code).
_base_ = './spatio-temporal-embedding_r18_48e_kittimots.py'
load_from = None
train_cfg = dict(max_epochs=5, val_interval=5)
train_dataloader = dict(batch_size=16, dataset=dict(clip=None))
auto_scale_lr = dict(base_batch_size=16)
val_evaluator = dict(
    _delete_=True, type='ForegroundMetric', ann_file=_base_.annotations['ann_file'], format='kitti_mots',
    classes=_base_.classes, seqmap=_base_.val_seqmap)
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best=None, rule=None))
panels = dict(embedding=None, depth=None, scatter=None)
model = dict(
    detector=dict(
        tasks=['foreground'], predicts=['foreground'], grouping=None, encoder=dict(init_cfg=None),
        decoder=dict(init_cfg=None), foreground=dict(
            init_cfg=None,
            encoder=dict(backbone=dict(init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet18'))))),
    result_features=['foreground'])
