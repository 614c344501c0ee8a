# KITTI Synth without training anything first: segments of mmdet's Mask R-CNN, flow of OpenCV.
_base_ = [
    '../_base_/detectors/mmdet_coco.py', '../_base_/trackers/single_frame.py', '../_base_/datasets/coco_videos.py',
    '../_base_/mining/kitti_synth_coco.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker)
