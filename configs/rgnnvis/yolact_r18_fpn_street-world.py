# Stage 1 in small: YOLACT, from scratch on frames of the synthetic street world, scored frame by frame.
_base_ = [
    '../_base_/detectors/yolact_r18_fpn_street-world.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/street_world_frames.py', '../_base_/schedules/yolact_street_world.py', '../_base_/runtime.py']
val_evaluator = [dict(type='FrameMetric', scores=('coco',), ann_file=_base_.data_root + 'val.json')]
test_evaluator = val_evaluator
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
