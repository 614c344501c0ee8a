# Mask mAP of Tables 1 and 2: what MOTSNet's detector finds, before anything is tracked. Nothing is trained with it; it
# takes any checkpoint with cars and pedestrians, whose tracking head is left out. With
# `--cfg-options test_evaluator.regions=boxes` it is the mAP of boxes.
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
val_evaluator = dict(
    _delete_=True, type='FrameMetric', scores=('coco',), ann_file=_base_.annotations.ann_file, format='kitti_mots',
    seqmap=_base_.val_seqmap)
test_evaluator = val_evaluator
model = dict(embedder=None, tracker=dict(_delete_=True, type='SingleFrameTracker'))
