# VIST-VAE on YouTube-VIS 2019, 200 of its training videos held out at random (section 4.2, Table 1).
_base_ = [
    '../_base_/detectors/vae-mask-rcnn_r101_fpn_youtubevis.py', '../_base_/trackers/vae.py',
    '../_base_/datasets/youtube_vis_2019.py', '../_base_/schedules/20e_adam.py', '../_base_/panels/vae.py',
    '../_base_/runtime.py']
resize = dict(type='ResizeClip', scale=(1333, 800))                                     # section 4.2
train_dataloader = dict(batch_size=2, dataset=dict(                                     # on each of four GPUs
    clip=dict(_delete_=True, type='Neighbours'),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), resize, dict(type='RandomFlipClip', prob=0.5),
        dict(type='PackClip')]))
val_dataloader = dict(batch_size=1, dataset=dict(pipeline=[dict(type='LoadFrames'), resize, dict(type='PackClip')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='YouTubeVISMetric', ann_file=_base_.annotations.ann_file, split=_base_.val_split),
    dict(type='MOTSMetric', ann_file=_base_.annotations.ann_file, split=_base_.val_split, min_score=0.5)]
test_evaluator = val_evaluator
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
