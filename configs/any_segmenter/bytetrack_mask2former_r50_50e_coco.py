_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='mask2former_r50_8xb2-lsj-50e_coco'))
