# Table 1's identity oracle: detections are found, and named by the ground-truth objects that they overlap.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn.py', '../_base_/datasets/youtube_vis_2019.py',
    '../_base_/schedules/12e.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, data_preprocessor=_base_.data_preprocessor,
    tracker=dict(
        type='OracleTracker', ann_file=_base_.annotations.ann_file, split=_base_.val_split, classes=_base_.classes))
