# Table 1, no appearance: edges tell of overlap alone.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(embedder=None, tracker=dict(appearance=dict(type='NoAppearance')))
