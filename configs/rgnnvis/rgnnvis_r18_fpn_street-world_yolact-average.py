# Table 1, scoring by the mean of YOLACT's class logits.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(scoring=dict(type='AverageScoring')))
