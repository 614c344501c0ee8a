# Table 1, scoring by the mean of YOLACT's class logits.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(scoring=dict(type='AverageScoring')))
