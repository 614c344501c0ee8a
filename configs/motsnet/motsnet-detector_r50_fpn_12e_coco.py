# MOTSNet's detector on COCO ("C"), from ImageNet. The paper does not say how; this is mmdet's schedule of 12 epochs.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_80-classes.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/coco.py', '../_base_/schedules/12e_coco.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
