# Mask mAP of the small MOTSNet's detector, before anything is tracked. Nothing is trained with it; it takes the
# checkpoint of any row. With `--cfg-options test_evaluator.0.regions=boxes` it is the mAP of boxes.
_base_ = './motsnet_r18_fpn_street-world.py'
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file=_base_.data_root + 'val.json')]
test_evaluator = val_evaluator
model = dict(embedder=None, tracker=dict(_delete_=True, type='SingleFrameTracker'))
