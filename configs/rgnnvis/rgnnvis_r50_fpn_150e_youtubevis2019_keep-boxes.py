# Not in the paper: a track keeps its box while it has no detection. A switch of training and test.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(keep_boxes=True))
