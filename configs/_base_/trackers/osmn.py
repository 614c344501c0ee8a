# IoUTracker+ with the box of the mask that OSMN predicts in place of the last one (MaskTrack R-CNN's Table 1, "OSMN").
_base_ = './iou_plus.py'
tracker = dict(propagator=dict(
    type='MaskPropagation', size=(448, 256), threshold=0.5,         # the authors' code, for YouTube-VOS
    network=dict(
        type='OSMN', channels=(64, 128, 256, 512, 512), hidden=4096, guide_size=224,         # VGG-16, twice
        side_channels=16),
    init_cfg=dict(type='Pretrained', checkpoint='work_dirs/osmn_vgg16_300k_youtubevis2019/iter_300000.pth')))
