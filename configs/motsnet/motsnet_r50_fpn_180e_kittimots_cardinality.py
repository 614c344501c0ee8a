# The other reading of the assignment: as many matches as there can be, and the nearest among those (TrackR-CNN's way).
# A switch of the test, the weights are the full model's.
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
model = dict(tracker=dict(stages=[dict(
    cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.0), dict(type='Gap', window=12)],
    gates=[dict(type='SameClassOnly')], assigner=dict(type='Hungarian', mode='cardinality'))]))
