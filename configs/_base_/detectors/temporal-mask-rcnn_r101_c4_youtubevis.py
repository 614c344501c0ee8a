# The same for YouTube-VIS.
_base_ = './temporal-mask-rcnn_r101_c4.py'
detector = dict(roi_head=dict(bbox_head=dict(num_classes=40), mask_head=dict(num_classes=40)))
