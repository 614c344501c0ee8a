# Table 1, limited GNN: a pair is judged by itself, and a track gathers from its best detection alone.
_base_ = './rgnnvis_r50_fpn_150e_youtubevis2019.py'
model = dict(tracker=dict(graph=dict(_delete_=True, type='LimitedGraph')))
