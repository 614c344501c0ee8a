# Table 1, appearance baked into the embeddings of detections.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(appearance=dict(type='BakedAppearance')))
