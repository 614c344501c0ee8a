# Table 1, no appearance: edges tell of overlap alone.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(embedder=None, tracker=dict(appearance=dict(type='NoAppearance')))
