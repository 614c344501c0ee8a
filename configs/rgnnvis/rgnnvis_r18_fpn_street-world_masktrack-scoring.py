# Table 1, scoring from MaskTrack R-CNN: votes of the detections, and the mean of their scores.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(scoring=dict(type='VoteScoring')))
