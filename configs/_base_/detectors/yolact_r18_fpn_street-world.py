# YOLACT small enough for two CPU cores: ResNet-18 at half width, a pyramid of 64 channels, trained from scratch.
_base_ = './yolact_r50_fpn.py'
detector = dict(
    backbone=dict(depth=18, base_channels=32),
    neck=dict(in_channels=[64, 128, 256], out_channels=64),
    bbox_head=dict(
        num_classes=3, in_channels=64, feat_channels=64, num_protos=16,
        anchor_generator=dict(scales=[2.5], ratios=[1.0, 2.5, 0.5])),
    mask_head=dict(
        num_classes=3, in_channels=64, num_protos=16, proto_channels=(64, 64, 64, None, 64, 16)),
    dropout=0.0)
data_preprocessor = dict(min_size=(1, 1))
