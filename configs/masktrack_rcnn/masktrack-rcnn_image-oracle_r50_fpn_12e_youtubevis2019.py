# Table 1's image oracle: ground-truth boxes, masks and classes in every frame; MaskTrack's rule names them.
_base_ = './masktrack-rcnn_mask-rcnn_r50_fpn_12e_youtubevis2019.py'
model = dict(detector=dict(
    _delete_=True, type='OracleDetector', ann_file=_base_.annotations.ann_file, split=_base_.val_split,
    classes=_base_.classes, features=_base_.detector))
