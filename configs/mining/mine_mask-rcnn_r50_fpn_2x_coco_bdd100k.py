# BDD100K for MOTSNet: masks for the boxes of cars and pedestrians that are given (section 5.5). The paper's segments
# are of Mapillary Vistas.
_base_ = './mine_mask-rcnn_r50_fpn_2x_coco_kittisynth.py'
mining = dict(linker=dict(
    _delete_=True, type='BoxLinker', ann_file='data/bdd100k/labels/box_track_20/train', classes=('car', 'pedestrian'),
    min_iou=0.5, min_ignored_score=0.9))                    # "confident"; both numbers are ours
