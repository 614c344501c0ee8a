# Table 2, appearance alone: a switch of the test, the weights are the full model's.
_base_ = './masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
model = dict(tracker=dict(stages=[dict(
    cues=[dict(type='AppearanceSoftmax')],
    assigner=dict(type='Greedy', loser='drop'))]))
