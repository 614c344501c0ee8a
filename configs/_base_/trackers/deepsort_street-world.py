# DeepSORT with a network for re-identification that trains in minutes on two CPU cores.
_base_ = './deepsort.py'
embedder = dict(
    init_cfg=dict(checkpoint='work_dirs/reid_r18_street-world/epoch_6.pth'),
    backbone=dict(base_channels=16), in_channels=128, crop_size=(64, 64))
