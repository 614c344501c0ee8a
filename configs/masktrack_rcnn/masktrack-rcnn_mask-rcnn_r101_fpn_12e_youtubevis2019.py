_base_ = './masktrack-rcnn_mask-rcnn_r50_fpn_12e_youtubevis2019.py'
model = dict(detector=dict(
    init_cfg=dict(checkpoint='checkpoints/mask_rcnn_r101_fpn_1x_coco.pth'), backbone=dict(depth=101)))
