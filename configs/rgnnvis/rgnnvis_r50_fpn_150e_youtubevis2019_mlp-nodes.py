# Appendix: nodes are updated by two layers, without gates.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(graph=dict(gated=False)))
