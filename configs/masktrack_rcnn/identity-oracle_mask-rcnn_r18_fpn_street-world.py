# The identity oracle: detections are found, and named by the ground-truth objects that they overlap.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_street-world.py', '../_base_/datasets/street_world.py',
    '../_base_/schedules/street_world.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, data_preprocessor=_base_.data_preprocessor,
    tracker=dict(type='OracleTracker', ann_file=_base_.data_root + 'val.json', classes=_base_.classes))
