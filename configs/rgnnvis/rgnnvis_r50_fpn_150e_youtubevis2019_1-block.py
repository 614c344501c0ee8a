# Appendix: one graph block.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(graph=dict(num_blocks=1)))
