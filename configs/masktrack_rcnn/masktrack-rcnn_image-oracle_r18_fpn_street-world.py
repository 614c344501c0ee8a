# The image oracle: ground-truth boxes, masks and classes in every frame; MaskTrack's rule names them.
_base_ = './masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
model = dict(detector=dict(
    _delete_=True, type='OracleDetector', ann_file=_base_.data_root + 'val.json', classes=_base_.classes,
    features=_base_.detector))
