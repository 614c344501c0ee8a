# Table 5, embedding without time: a switch of the test, the weights are the full model's.
_base_ = './motsnet_r50_fpn_90e_kittimots_vistas-synth.py'
model = dict(tracker=dict(stages=[dict(
    cues=[dict(type='EmbeddingDistance', metric='euclidean', new=1.0)],
    gates=[dict(type='SameClassOnly')], assigner=dict(type='Hungarian', mode='slack'))]))
