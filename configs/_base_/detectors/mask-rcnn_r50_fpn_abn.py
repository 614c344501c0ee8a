# Mask R-CNN R50-FPN as MOTSNet has it (section 4.1): activated batch norms everywhere, regions of 14x14 for all heads.
# What MOTSNet does not say is that of its base network, Seamless Scene Segmentation (Porzi et al.
# 2019), in its authors' code.
_base_ = './mask-rcnn_r50_fpn.py'
detector = dict(
    init_cfg=None,
    backbone=dict(
        _delete_=True, type='ABNResNet', depth=50, frozen_stages=1,     # num_frozen: the stem and the first stage
        init_cfg=dict(type='Pretrained', checkpoint='checkpoints/resnet50-0676ba61.pth')),     # ImageNet, torchvision's
    neck=dict(
        add_extra_convs='on_input', norm_cfg=dict(type='BN'), act_cfg=dict(type='LeakyReLU', negative_slope=0.01)),
    rpn_head=dict(type='ABNRPNHead'),
    roi_head=dict(
        bbox_roi_extractor=dict(roi_layer=dict(output_size=14)),
        bbox_head=dict(
            _delete_=True, type='ABNBBoxHead', in_channels=256, fc_channels=1024, roi_size=14, num_classes=2,
            bbox_coder=dict(type='DeltaXYWHBBoxCoder', target_means=[0., 0., 0., 0.], target_stds=[.1, .1, .2, .2]),
            loss_cls=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
            loss_bbox=dict(type='SmoothL1Loss', beta=1.0, loss_weight=1.0)),
        mask_roi_extractor=None,                                        # those of the box head
        mask_head=dict(type='ABNMaskHead', num_classes=2)),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=256)),
        rpn_proposal=dict(nms_pre=12000, max_per_img=2000),
        rcnn=dict(assigner=dict(match_low_quality=False), sampler=dict(num=512))),
    test_cfg=dict(rpn=dict(nms_pre=6000, max_per_img=1000), rcnn=dict(max_per_img=100)))
sync_bn = 'torch'                                                       # "synchronised": all GPUs' frames count
