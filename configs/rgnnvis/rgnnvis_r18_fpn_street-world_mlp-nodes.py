# Appendix: nodes are updated by two layers, without gates.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(graph=dict(gated=False)))
