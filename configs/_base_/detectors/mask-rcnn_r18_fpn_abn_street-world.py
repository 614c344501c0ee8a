# MOTSNet's detector small enough for two CPU cores: ResNet-18 at half width, FPN of 64 channels, trained from scratch.
_base_ = './mask-rcnn_r50_fpn_abn.py'
detector = dict(
    backbone=dict(depth=18, base_channels=32, frozen_stages=-1, init_cfg=None),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=64),
    rpn_head=dict(in_channels=64, feat_channels=64, anchor_generator=dict(scales=[6], ratios=[0.5, 1.0, 2.5])),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=64),
        bbox_head=dict(in_channels=64, fc_channels=256, num_classes=3, reg_class_agnostic=True),
        mask_head=dict(num_convs=2, in_channels=64, conv_out_channels=64, num_classes=3)),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=64)),
        rpn_proposal=dict(nms_pre=200, max_per_img=100),
        rcnn=dict(sampler=dict(num=64))),
    test_cfg=dict(rpn=dict(nms_pre=200, max_per_img=100), rcnn=dict(max_per_img=20)))
