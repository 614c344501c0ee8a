_base_ = './bytetrack_mask-rcnn_r50_fpn_2x_coco.py'
model = dict(detector=dict(model='solov2_r50_fpn_ms-3x_coco'))
