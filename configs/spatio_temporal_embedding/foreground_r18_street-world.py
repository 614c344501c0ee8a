# Stage 1 in small: the network that tells objects from background, from scratch, on single frames.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
load_from = None
train_cfg = dict(max_epochs=8, val_interval=8)
train_dataloader = dict(batch_size=16, sampler=dict(num_items=1200), dataset=dict(clip=None))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=8, T_max=8, eta_min=1e-5, convert_to_iter_based=True)]
val_evaluator = [dict(type='ForegroundMetric', ann_file=_base_.data_root + 'val.json')]
test_evaluator = val_evaluator
panels = dict(embedding=None, depth=None, scatter=None)
model = dict(
    detector=dict(
        tasks=['foreground'], predicts=['foreground'], grouping=None, encoder=dict(init_cfg=None),
        decoder=dict(init_cfg=None), foreground=dict(init_cfg=None)),
    result_features=['foreground'])
