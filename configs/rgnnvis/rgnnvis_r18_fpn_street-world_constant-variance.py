# Table 1, appearance with a constant variance.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(appearance=dict(constant_variance=True)))
