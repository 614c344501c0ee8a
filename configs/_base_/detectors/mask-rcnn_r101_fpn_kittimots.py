# Mask R-CNN R101-FPN as the VAE paper trains its baselines: pre-trained on COCO and Mapillary Vistas (section 4.2).
# Streets show more objects than YouTube does; what the paper does not say is as in mmdet's COCO config.
_base_ = './mask-rcnn_r50_fpn.py'
detector = dict(
    init_cfg=dict(checkpoint='checkpoints/mask_rcnn_r101_fpn_coco_mapillary.pth'),
    backbone=dict(depth=101),
    roi_head=dict(bbox_head=dict(num_classes=2), mask_head=dict(num_classes=2)),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=256)),
        rpn_proposal=dict(nms_pre=2000, max_per_img=1000),
        rcnn=dict(sampler=dict(num=512))),
    test_cfg=dict(rpn=dict(nms_pre=1000, max_per_img=1000), rcnn=dict(max_per_img=100)))
