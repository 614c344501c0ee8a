# Mask R-CNN + IoUTracker of the VAE paper's Table 1; masks made disjoint by score.
_base_ = [
    '../_base_/detectors/mask-rcnn_r101_fpn.py', '../_base_/trackers/mask_iou.py',
    '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/20e_adam.py', '../_base_/runtime.py']
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
resize = dict(type='ResizeClip', scale=(1333, 800))                     # section 4.2
train_dataloader = dict(dataset=dict(                                   # single frames
    clip=None, pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), resize, dict(type='RandomFlipClip', prob=0.5),
        dict(type='PackClip')]))
val_dataloader = dict(dataset=dict(pipeline=[dict(type='LoadFrames'), resize, dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=_base_.annotations.ann_file, split=_base_.val_split),
    dict(type='MOTSMetric', ann_file=_base_.annotations.ann_file, split=_base_.val_split, min_score=0.5)]
test_evaluator = val_evaluator
