# Mining in small with HD3, trained on another world's exact flow.
_base_ = './mine_mask-rcnn_r18_fpn_street-world.py'
hd3 = dict(
    _delete_=True, type='HD3Flow', channels=(8, 16, 24, 32, 48, 64, 64), hidden=48,
    init_cfg=dict(type='Pretrained', checkpoint='work_dirs/hd3_street-world/epoch_10.pth', prefix='detector.flow.'))
mining = dict(linker=dict(tracker=dict(propagator=dict(flow=hd3))))
