# YOLACT as RGNNVIS has it (Johnander et al. 2021, 3.6): pixels of 864x480, the classes of YouTube-VIS. Anchors, losses
# and pyramid are those of the authors' code (dbolya/yolact).
detector = dict(
    type='YOLACTDetector',
    # COCO weights of YOLACT's authors, by `tools/convert.py checkpoint --from yolact`; see configs/rgnnvis/README.md.
    backbone=dict(
        type='ResNet', depth=50, num_stages=4, out_indices=(1, 2, 3), frozen_stages=-1,
        norm_cfg=dict(type='BN', requires_grad=True), norm_eval=False, style='pytorch'),
    neck=dict(type='RectifiedFPN', in_channels=[512, 1024, 2048], out_channels=256, num_extra=2),
    bbox_head=dict(
        type='YOLACTHead', num_classes=40, in_channels=256, feat_channels=256,
        # Sides of 24 to 384 in images of 500x500 are 1.288 times as long in those of 864x480.
        anchor_generator=dict(
            type='AnchorGenerator', base_sizes=[8, 16, 32, 64, 128], scales=[3.864], ratios=[1.0, 2.0, 0.5],
            strides=[8, 16, 32, 64, 128], centers=[(4., 4.), (8., 8.), (16., 16.), (32., 32.), (64., 64.)]),
        bbox_coder=dict(type='DeltaXYWHBBoxCoder', target_means=[0., 0., 0., 0.], target_stds=[.1, .1, .2, .2]),
        loss_cls=dict(type='CrossEntropyLoss', use_sigmoid=False, reduction='none', loss_weight=1.0),
        loss_bbox=dict(type='SmoothL1Loss', beta=1.0, loss_weight=1.5),
        num_head_convs=1, num_protos=32, use_ohem=True),
    mask_head=dict(
        type='YOLACTProtonet', in_channels=256, num_protos=32, num_classes=40, max_masks_to_train=100,
        loss_mask_weight=6.125, loss_segm=dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=1.0)),
    dropout=0.1,                                            # section 3.6
    train_cfg=dict(
        assigner=dict(
            type='MaxIoUAssigner', pos_iou_thr=0.5, neg_iou_thr=0.4, min_pos_iou=0., ignore_iof_thr=0.7,
            gt_max_assign_all=False),
        sampler=dict(type='PseudoSampler'), allowed_border=-1, pos_weight=-1, neg_pos_ratio=3, debug=False),
    test_cfg=dict(
        nms_pre=1000,
        min_score=0.0302,                                   # exp(-3.5), the authors' code
        nms_iou=0.7, max_per_img=16))                       # likewise
data_preprocessor = dict(
    type='ClipPreprocessor', mean=[123.68, 116.78, 103.94], std=[58.40, 57.12, 57.38], bgr_to_rgb=True,
    size_divisor=32, min_size=(480, 864))
