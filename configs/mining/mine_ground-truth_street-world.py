# The rules alone: segments are the true ones.
_base_ = './mine_mask-rcnn_r18_fpn_street-world.py'
model = dict(detector=dict(_delete_=True, type='FileDetector', file='data/street_world/train.json'))
