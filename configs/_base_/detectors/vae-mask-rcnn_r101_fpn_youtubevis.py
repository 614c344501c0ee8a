# The same for YouTube-VIS, from COCO alone (section 4.2).
_base_ = './vae-mask-rcnn_r101_fpn.py'
head = dict(bbox_head=dict(num_classes=40), mask_head=dict(num_classes=40))
detector = dict(
    init_cfg=dict(checkpoint='checkpoints/mask_rcnn_r101_fpn_1x_coco.pth'), num_classes=40, roi_head=head,
    augment_head=head,
    kl_warm_up=7000)                                      # an epoch of some 56,000 frames
