# MOTSNet on MOTSChallenge, fold 3, from ImageNet.
_base_ = [
    '../_base_/detectors/mask-rcnn_r50_fpn_abn_pedestrian.py', '../_base_/trackers/motsnet_10-frames_pedestrian.py',
    '../_base_/datasets/mots_challenge_fold3.py', '../_base_/schedules/motsnet_90e.py', '../_base_/runtime.py']
train_dataloader = dict(sampler=dict(frames_per_item=10))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
