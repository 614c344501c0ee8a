# The image oracle under MOTSNet's head and association: ground-truth boxes, masks and classes in every frame.
_base_ = './motsnet_r18_fpn_street-world.py'
model = dict(detector=dict(
    _delete_=True, type='OracleDetector', ann_file=_base_.data_root + 'val.json', classes=_base_.classes,
    features=_base_.detector))
