# Table 1, scoring by YOLACT's average as the authors' code has it: nine tenths of it stay at each detection.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(scoring=dict(type='AverageScoring', momentum=0.9)))
