_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='rtmdet-ins_s_8xb32-300e_coco'))
val_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='ResizeClip', scale=(640, 640)), dict(type='PackClip')]))
test_dataloader = val_dataloader
