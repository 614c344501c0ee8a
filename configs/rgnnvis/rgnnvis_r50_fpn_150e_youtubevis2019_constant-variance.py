# Table 1, appearance with a constant variance.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(appearance=dict(constant_variance=True)))
