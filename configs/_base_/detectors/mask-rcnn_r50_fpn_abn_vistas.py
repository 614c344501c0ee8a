# MOTSNet's detector from Mapillary Vistas ("M"): all weights but the last layers', whose classes are others.
_base_ = './mask-rcnn_r50_fpn_abn.py'
detector = dict(
    backbone=dict(init_cfg=None),
    init_cfg=dict(
        _delete_=True, type='Pretrained', prefix='detector.',
        checkpoint='work_dirs/motsnet-detector_r50_fpn_85e_mapillaryvistas/epoch_85.pth'))
