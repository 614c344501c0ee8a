# Stage 2 in small: depth and the camera's motion, frame by frame, from how well neighbours explain it.
_base_ = './spatio-temporal-embedding_r18_street-world.py'
load_from = None
train_cfg = dict(val_interval=1)
train_dataloader = dict(batch_size=4, sampler=dict(num_items=1200))
val_evaluator = [
    dict(type='DepthMetric', depth_prefix=_base_.data_root + 'depth/val'),
    dict(type='CameraMotionMetric', cameras=_base_.data_root + 'cameras/val')]
test_evaluator = val_evaluator
panels = dict(instances=None, embedding=None, scatter=None)
model = dict(
    detector=dict(
        tasks=['depth'], predicts=['depth', 'motion'], grouping=None, temporal_model=None,
        depth_loss=dict(masks=False)),                    # with masks motion is not found in so few steps
    result_features=['depth', 'motion'])
