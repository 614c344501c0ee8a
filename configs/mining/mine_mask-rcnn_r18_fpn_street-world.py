# Mining in small: a Mask R-CNN trained on single frames of another world, and OpenCV's flow.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_street-world.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/street_world.py', '../_base_/mining/street_world.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
