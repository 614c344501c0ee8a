# KITTI Synth's cars and pedestrians from what a detector of Mapillary Vistas finds (MOTSNet, sections 3.1 and 5.1).
# What else may move is neither annotated nor background, as riders are not in KITTI MOTS.
_base_ = './tracklets.py'
ignored = (
    'animal--ground-animal', 'human--rider--bicyclist', 'human--rider--motorcyclist', 'human--rider--other-rider',
    'object--vehicle--bicycle', 'object--vehicle--bus', 'object--vehicle--caravan', 'object--vehicle--motorcycle',
    'object--vehicle--other-vehicle', 'object--vehicle--trailer', 'object--vehicle--truck',
    'object--vehicle--wheeled-slow')
mining = dict(
    classes=('car', 'pedestrian'),
    class_map={'object--vehicle--car': 'car', 'human--person': 'pedestrian', **dict.fromkeys(ignored, 'ignore')},
    min_score=0.5, max_covered=0.5,                         # mapillary/seamseg, utils/panoptic.py
    min_length=2, linker=_base_.linker)
