# Single frames of another street world, in the place of COCO and Mapillary Vistas:
# `python tools/make_world.py --out data/street_world_images --train-videos 100 --val-videos 12 --seed 1`.
_base_ = './street_world_frames.py'
data_root = 'data/street_world_images/'
train_dataloader = dict(dataset=dict(ann_file=data_root + 'train.json', img_prefix=data_root + 'train/JPEGImages'))
val_dataloader = dict(dataset=dict(ann_file=data_root + 'val.json', img_prefix=data_root + 'val/JPEGImages'))
test_dataloader = val_dataloader
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file=data_root + 'val.json')]
test_evaluator = val_evaluator
