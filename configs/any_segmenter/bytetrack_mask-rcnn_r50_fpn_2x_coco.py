# ByteTrack over mmdet's Mask R-CNN.
_base_ = [
    '../_base_/detectors/mmdet_coco.py', '../_base_/trackers/bytetrack.py', '../_base_/datasets/coco_videos.py',
    '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker)
