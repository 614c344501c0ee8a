# Stage 1 with ResNet-101.
_base_ = './yolact_r50_fpn_120e_youtubevis2019.py'
load_from = 'work_dirs/yolact_r101_coco.pth'
model = dict(detector=dict(backbone=dict(depth=101)))
