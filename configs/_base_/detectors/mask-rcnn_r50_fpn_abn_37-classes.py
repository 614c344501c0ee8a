# MOTSNet's detector for Mapillary Vistas' classes.
_base_ = './mask-rcnn_r50_fpn_abn.py'
detector = dict(roi_head=dict(bbox_head=dict(num_classes=37), mask_head=dict(num_classes=37)))
