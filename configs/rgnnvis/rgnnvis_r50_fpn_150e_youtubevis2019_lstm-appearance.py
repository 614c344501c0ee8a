# Table 1, appearance updated by LSTMs.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(appearance=dict(type='LSTMAppearance')))
