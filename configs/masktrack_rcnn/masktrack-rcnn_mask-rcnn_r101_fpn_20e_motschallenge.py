# MaskTrack R-CNN of the VAE paper's Table 1; masks made disjoint by score.
_base_ = [
    '../_base_/detectors/mask-rcnn_r101_fpn_motschallenge.py', '../_base_/trackers/masktrack.py',
    '../_base_/datasets/mots_challenge.py', '../_base_/schedules/20e_adam.py', '../_base_/pipelines/1333x800.py',
    '../_base_/runtime.py']
train_dataloader = dict(                                                # two pairs on each of four GPUs
    batch_size=2, dataset=dict(clip=dict(_delete_=True, type='RandomPair'), pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(min_score=0.5)                                     # detections of 0.05 are tracked, too
test_evaluator = val_evaluator
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
