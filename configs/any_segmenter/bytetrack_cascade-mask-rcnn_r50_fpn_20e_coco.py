_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='cascade-mask-rcnn_r50_fpn_20e_coco'))
