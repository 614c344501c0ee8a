# OSMN alone, which the detector only tells what to follow: "OSMN MaskProp" in the table of RGNNVIS.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn.py', '../_base_/trackers/osmn_mask-prop.py',
    '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/12e.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
