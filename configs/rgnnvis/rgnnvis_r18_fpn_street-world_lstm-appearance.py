# Table 1, appearance updated by LSTMs.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(appearance=dict(type='LSTMAppearance')))
