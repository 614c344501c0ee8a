# Appendix: no residual blocks in between.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(graph=dict(residual=False)))
