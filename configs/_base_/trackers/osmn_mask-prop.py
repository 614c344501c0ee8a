# OSMN without detections but to start tracks: "OSMN MaskProp" in the table of RGNNVIS, whose limits are not published.
_base_ = './osmn.py'
tracker = dict(
    _delete_=True, type='MaskPropTracker', propagator=_base_.tracker.propagator, min_score=0.5, max_iou=0.3,
    max_age=None)
