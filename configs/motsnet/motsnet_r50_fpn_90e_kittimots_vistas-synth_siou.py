# Table 5, signed overlap of boxes alone: a switch of the test, the weights are the full model's.
_base_ = './motsnet_r50_fpn_90e_kittimots_vistas-synth.py'
model = dict(tracker=dict(stages=[dict(
    cues=[dict(type='SignedBoxIoU', new=1.0)],
    gates=[dict(type='SameClassOnly')], assigner=dict(type='Hungarian', mode='slack'))]))
