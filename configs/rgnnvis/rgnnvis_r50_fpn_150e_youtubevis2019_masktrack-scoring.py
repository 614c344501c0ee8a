# Table 1, scoring from MaskTrack R-CNN: votes of the detections, and the mean of their scores.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(scoring=dict(type='VoteScoring')))
