# Table 1, a single gate in place of an LSTM's.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(recurrence=dict(type='SimpleGate')))
