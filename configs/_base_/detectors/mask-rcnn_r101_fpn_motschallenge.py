# The same for pedestrians alone.
_base_ = './mask-rcnn_r101_fpn_kittimots.py'
detector = dict(roi_head=dict(bbox_head=dict(num_classes=1), mask_head=dict(num_classes=1)))
