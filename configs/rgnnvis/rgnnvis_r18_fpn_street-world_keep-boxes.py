# Not in the paper: a track keeps its box while it has no detection. A switch of training and test.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(keep_boxes=True))
