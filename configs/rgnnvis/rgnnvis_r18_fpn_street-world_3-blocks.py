# Appendix: three graph blocks.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(graph=dict(num_blocks=3)))
