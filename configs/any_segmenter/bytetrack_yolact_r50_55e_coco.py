_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='yolact_r50_1xb8-55e_coco'))
val_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='ResizeClip', scale=(550, 550), keep_ratio=False), dict(type='PackClip')]))
test_dataloader = val_dataloader
