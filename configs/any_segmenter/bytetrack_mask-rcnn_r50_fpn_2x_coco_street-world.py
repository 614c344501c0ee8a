# Some of COCO's classes under other names: what was trained on photographs looks for the street world's objects.
_base_ = [
    '../_base_/detectors/mmdet_coco.py', '../_base_/trackers/bytetrack.py', '../_base_/datasets/street_world.py',
    '../_base_/runtime.py']
train_dataloader = None
model = dict(
    type='VideoInstanceSegmentor',
    detector=dict(
        **_base_.detector, classes=_base_.classes, class_map={'car': 'car', 'person': 'pedestrian', 'truck': 'truck'}),
    embedder=_base_.embedder, tracker=_base_.tracker)
