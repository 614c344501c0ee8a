# TrackR-CNN's detector small enough for two CPU cores: half a ResNet-18 wide, a cell every 8 pixels, from scratch.
_base_ = './temporal-mask-rcnn_r101_c4.py'
detector = dict(
    init_cfg=None,
    backbone=dict(
        depth=18, base_channels=32, strides=(1, 2, 1), frozen_stages=-1, norm_cfg=dict(requires_grad=True),
        norm_eval=False),
    temporal_model=dict(channels=128),
    rpn_head=dict(
        in_channels=128, feat_channels=64,
        anchor_generator=dict(scales=[2, 4, 8, 16], ratios=[0.5, 1.0, 2.5], strides=[8])),
    roi_head=dict(
        # Counted as in a whole ResNet-18, the last stage of half of one is the third.
        shared_head=dict(depth=18, stage=2, norm_cfg=dict(requires_grad=True), norm_eval=False),
        bbox_roi_extractor=dict(out_channels=128, featmap_strides=[8]),
        bbox_head=dict(in_channels=256, num_classes=3),
        mask_head=dict(in_channels=256, conv_out_channels=64, num_classes=3)),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=64), allowed_border=-1),
        rpn_proposal=dict(nms_pre=200, max_per_img=100),
        rcnn=dict(sampler=dict(num=32))),
    test_cfg=dict(rpn=dict(nms_pre=200, max_per_img=100), rcnn=dict(max_per_img=10)))
data_preprocessor = dict(size_divisor=32)
