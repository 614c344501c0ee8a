# Table 1, no LSTM-like gating. In the paper it diverges; a run that does ends by saying so.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(recurrence=dict(type='NoGate')))
