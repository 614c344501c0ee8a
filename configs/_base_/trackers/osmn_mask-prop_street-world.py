_base_ = './osmn_street-world.py'
tracker = dict(
    _delete_=True, type='MaskPropTracker', propagator=_base_.tracker.propagator, min_score=0.5, max_iou=0.3,
    max_age=None)
