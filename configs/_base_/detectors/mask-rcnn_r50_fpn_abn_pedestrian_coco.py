# MOTSNet's detector for one class, from COCO ("C"): all weights but the last layers', whose classes are others.
_base_ = './mask-rcnn_r50_fpn_abn_pedestrian.py'
detector = dict(
    backbone=dict(init_cfg=None),
    init_cfg=dict(
        _delete_=True, type='Pretrained', prefix='detector.',
        checkpoint='work_dirs/motsnet-detector_r50_fpn_12e_coco/epoch_12.pth'),
    # lambda, section 4.2: a tenth for all losses but that of the tracking head (appendix B).
    rpn_head=dict(loss_cls=dict(loss_weight=0.1), loss_bbox=dict(loss_weight=0.1)),
    roi_head=dict(
        bbox_head=dict(loss_cls=dict(loss_weight=0.1), loss_bbox=dict(loss_weight=0.1)),
        mask_head=dict(loss_mask=dict(loss_weight=0.1))))
