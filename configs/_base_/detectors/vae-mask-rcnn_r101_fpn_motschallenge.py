# The same for pedestrians alone.
_base_ = './vae-mask-rcnn_r101_fpn.py'
head = dict(bbox_head=dict(num_classes=1), mask_head=dict(num_classes=1))
detector = dict(
    num_classes=1, roi_head=head, augment_head=head,
    kl_warm_up=270)                                       # an epoch of three sequences, 2,150 frames or so
