"""Class lists of the benchmarks, in the order of their files; a label is a position in one of them."""

from mmvist.io import bdd100k, mots

YOUTUBE_VIS_2019 = (
    'person', 'giant_panda', 'lizard', 'parrot', 'skateboard', 'sedan', 'ape', 'dog', 'snake', 'monkey', 'hand',
    'rabbit', 'duck', 'cat', 'cow', 'fish', 'train', 'horse', 'turtle', 'bear', 'motorbike', 'giraffe', 'leopard',
    'fox', 'deer', 'owl', 'surfboard', 'airplane', 'truck', 'zebra', 'tiger', 'elephant', 'snowboard', 'boat', 'shark',
    'mouse', 'frog', 'eagle', 'earless_seal', 'tennis_racket')

YOUTUBE_VIS_2021 = (
    'airplane', 'bear', 'bird', 'boat', 'car', 'cat', 'cow', 'deer', 'dog', 'duck', 'earless_seal', 'elephant', 'fish',
    'flying_disc', 'fox', 'frog', 'giant_panda', 'giraffe', 'horse', 'leopard', 'lizard', 'monkey', 'motorbike',
    'mouse', 'parrot', 'person', 'rabbit', 'shark', 'skateboard', 'snake', 'snowboard', 'squirrel', 'surfboard',
    'tennis_racket', 'tiger', 'train', 'truck', 'turtle', 'whale', 'zebra')

# 'Vehical' is how the annotation files spell it.
OVIS = (
    'Person', 'Bird', 'Cat', 'Dog', 'Horse', 'Sheep', 'Cow', 'Elephant', 'Bear', 'Zebra', 'Giraffe', 'Poultry',
    'Giant_panda', 'Lizard', 'Parrot', 'Monkey', 'Rabbit', 'Tiger', 'Fish', 'Turtle', 'Bicycle', 'Motorcycle',
    'Airplane', 'Boat', 'Vehical')

KITTI_MOTS = mots.KITTI_MOTS.classes

MOTS_CHALLENGE = mots.MOTS_CHALLENGE.classes

BDD100K = bdd100k.CLASSES

COCO = (
    'person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat', 'traffic light',
    'fire hydrant', 'stop sign', 'parking meter', 'bench', 'bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant',
    'bear', 'zebra', 'giraffe', 'backpack', 'umbrella', 'handbag', 'tie', 'suitcase', 'frisbee', 'skis', 'snowboard',
    'sports ball', 'kite', 'baseball bat', 'baseball glove', 'skateboard', 'surfboard', 'tennis racket', 'bottle',
    'wine glass', 'cup', 'fork', 'knife', 'spoon', 'bowl', 'banana', 'apple', 'sandwich', 'orange', 'broccoli',
    'carrot', 'hot dog', 'pizza', 'donut', 'cake', 'chair', 'couch', 'potted plant', 'bed', 'dining table', 'toilet',
    'tv', 'laptop', 'mouse', 'remote', 'keyboard', 'cell phone', 'microwave', 'oven', 'toaster', 'sink',
    'refrigerator', 'book', 'clock', 'vase', 'scissors', 'teddy bear', 'hair drier', 'toothbrush')

DAVIS = ('object',)

# Mapillary Vistas v1, instances: the labels of its config that are annotated one by one.
VISTAS = (
    'animal--bird', 'animal--ground-animal', 'construction--flat--crosswalk-plain', 'human--person',
    'human--rider--bicyclist', 'human--rider--motorcyclist', 'human--rider--other-rider', 'marking--crosswalk-zebra',
    'object--banner', 'object--bench', 'object--bike-rack', 'object--billboard', 'object--catch-basin',
    'object--cctv-camera', 'object--fire-hydrant', 'object--junction-box', 'object--mailbox', 'object--manhole',
    'object--phone-booth', 'object--street-light', 'object--support--pole', 'object--support--traffic-sign-frame',
    'object--support--utility-pole', 'object--traffic-light', 'object--traffic-sign--back',
    'object--traffic-sign--front', 'object--trash-can', 'object--vehicle--bicycle', 'object--vehicle--boat',
    'object--vehicle--bus', 'object--vehicle--car', 'object--vehicle--caravan', 'object--vehicle--motorcycle',
    'object--vehicle--other-vehicle', 'object--vehicle--trailer', 'object--vehicle--truck',
    'object--vehicle--wheeled-slow')
