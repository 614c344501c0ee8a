# Stage 2 in small: depth and the camera's motion, frame by frame, from how well neighbours explain it.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
load_from = None
train_cfg = dict(max_epochs=4, val_interval=1)
train_dataloader = dict(sampler=dict(num_items=1200))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=4, T_max=4, eta_min=1e-5, convert_to_iter_based=True)]
val_evaluator = [
    dict(type='DepthMetric', depth_prefix=_base_.data_root + 'depth/val'),
    dict(type='CameraMotionMetric', cameras=_base_.data_root + 'cameras/val', min_distance=0.02)]
test_evaluator = val_evaluator
model = dict(
    detector=dict(tasks=['depth'], predicts=['depth', 'motion'], grouping=None, temporal_model=None),
    result_features=['depth', 'motion'])
