# Stage 1: YOLACT on single frames of YouTube-VIS and images of OpenImages, from COCO weights of YOLACT's authors.
_base_ = [
    '../_base_/detectors/yolact_r50_fpn.py', '../_base_/trackers/single_frame.py',
    '../_base_/datasets/openimages_youtube_vis_2019.py', '../_base_/schedules/yolact_120e.py', '../_base_/runtime.py']
val_evaluator = [dict(
    type='FrameMetric', scores=('coco',), ann_file=_base_.annotations.ann_file, split=_base_.val_split)]
test_evaluator = val_evaluator
load_from = 'work_dirs/yolact_r50_coco.pth'
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
