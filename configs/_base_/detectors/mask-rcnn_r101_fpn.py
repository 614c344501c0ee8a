# Mask R-CNN R101-FPN for YouTube-VIS.
_base_ = './mask-rcnn_r50_fpn.py'
detector = dict(
    init_cfg=dict(checkpoint='checkpoints/mask_rcnn_r101_fpn_1x_coco.pth'), backbone=dict(depth=101))
