# Appendix: no residual blocks in between.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(graph=dict(residual=False)))
