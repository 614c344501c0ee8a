# OSMN's training, with YouTube-VIS 2019 in place of YouTube-VOS, whose training videos it is drawn from.
_base_ = [
    '../_base_/trackers/osmn.py', '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/osmn.py',
    '../_base_/runtime.py']
model = dict(
    type='OSMNTrainer', network=_base_.tracker.propagator.network,
    vgg_init_cfg=dict(type='Pretrained', checkpoint='checkpoints/vgg16-397923af.pth'),     # torchvision's, ImageNet
    loss=dict(type='BalancedBCE', loss_weight=1.0),
    turn=10, crop=0.1, flip=0.5, shift=0.2, growth=0.4,                 # the code's defaults
    # As the detectors': the tracker looks at the input they get.
    data_preprocessor=dict(
        type='ClipPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True))
train_dataloader = dict(dataset=dict(
    clip=dict(_delete_=True, type='GuidedPair'),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=(448, 256), keep_ratio=False),
        dict(type='KeepCommonObjects', count=1, min_area=0.003, min_fill=0.2), dict(type='PackClip')]))
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
# It has nothing to test without a detector; the trackers' configs do.
val_cfg = val_dataloader = val_evaluator = test_cfg = test_dataloader = test_evaluator = None
