# OSMN in small: a quarter of VGG-16's channels and less, the object's picture at 96 pixels.
_base_ = './osmn.py'
tracker = dict(propagator=dict(
    size=(320, 192), threshold=0.9,                       # a training of minutes leaves masks far too large at 0.5
    network=dict(channels=(16, 32, 48, 64, 64), hidden=128, guide_size=96, dropout=0.0),
    init_cfg=dict(checkpoint='work_dirs/osmn_vgg16_street-world/iter_1500.pth')))
