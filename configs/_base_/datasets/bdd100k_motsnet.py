# BDD100K as MOTSNet has it (section 5.5): cars and pedestrians of 50 videos, with masks mined for the boxes that are
# given (docs/mining.md), to train on; the boxes of 11 others to score. Which videos these are is not published:
# docs/datasets.md.
_base_ = './bdd100k_seg_track.py'
classes = ('car', 'pedestrian')
data_root = 'data/bdd100k/'
images = data_root + 'images/track/train'
boxes = data_root + 'labels/box_track_20/train'
val_split = data_root + 'splits/motsnet_val.txt'
train_dataloader = dict(dataset=dict(
    ann_file=data_root + 'motsnet/annotations.json', img_prefix=data_root + 'motsnet/images', format='ytvis',
    classes=classes))
val_dataloader = dict(dataset=dict(ann_file=boxes, img_prefix=images, classes=classes, split=val_split))
test_dataloader = val_dataloader
val_evaluator = dict(
    _delete_=True, type='MOTMetric', ann_file=boxes, format='bdd100k', split=val_split, rules='motmetrics',
    per_class=True)
test_evaluator = val_evaluator
