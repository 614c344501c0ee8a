# Table 1, a single gate in place of an LSTM's.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(recurrence=dict(type='SimpleGate')))
