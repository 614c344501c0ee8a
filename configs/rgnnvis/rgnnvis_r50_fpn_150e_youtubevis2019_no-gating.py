# Table 1, no LSTM-like gating. In the paper it diverges; a run that does ends by saying so.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(recurrence=dict(type='NoGate')))
