# Table 2, without score and class: a switch of the test, the weights are the full model's.
_base_ = './masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
model = dict(tracker=dict(stages=[dict(
    cues=[dict(type='AppearanceSoftmax'), dict(type='BoxIoU', weight=2.0)],
    assigner=dict(type='Greedy', loser='drop'))]))
