# Table 1, appearance baked into the embeddings of detections.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(appearance=dict(type='BakedAppearance')))
