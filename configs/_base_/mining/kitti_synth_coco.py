# The same from what a detector of COCO finds, which knows no riders.
_base_ = './tracklets.py'
ignored = ('bicycle', 'motorcycle', 'bus', 'train', 'truck', 'dog', 'horse')
mining = dict(
    classes=('car', 'pedestrian'),
    class_map={'car': 'car', 'person': 'pedestrian', **dict.fromkeys(ignored, 'ignore')},
    min_score=0.5, max_covered=0.5, min_length=2, linker=_base_.linker)
