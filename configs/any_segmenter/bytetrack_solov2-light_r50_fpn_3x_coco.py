_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='solov2-light_r50_fpn_ms-3x_coco'))
val_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadFrames'), dict(type='ResizeClip', scale=(768, 448)), dict(type='PackClip')]))
test_dataloader = val_dataloader
