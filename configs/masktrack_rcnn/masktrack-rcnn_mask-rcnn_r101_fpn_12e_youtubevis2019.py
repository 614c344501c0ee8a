# MaskTrack R-CNN with a deeper backbone.
_base_ = [
    '../_base_/detectors/mask-rcnn_r101_fpn.py', '../_base_/trackers/masktrack.py',
    '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/12e.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
