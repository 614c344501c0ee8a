# Table 1, scoring by YOLACT's average as the authors' code has it: nine tenths of it stay at each detection.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(scoring=dict(type='AverageScoring', momentum=0.9)))
