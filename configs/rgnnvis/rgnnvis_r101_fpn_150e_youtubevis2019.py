# Table 1, ResNet-101.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
load_from = 'work_dirs/yolact_r101_fpn_120e_youtubevis2019/epoch_120.pth'
model = dict(detector=dict(backbone=dict(depth=101)))
