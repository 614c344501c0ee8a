# Table 1, limited GNN: a pair is judged by itself, and a track gathers from its best detection alone.
_base_ = './rgnnvis_r18_fpn_street-world.py'
model = dict(tracker=dict(graph=dict(_delete_=True, type='LimitedGraph')))
