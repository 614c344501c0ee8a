# MOTSNet in small, from scratch on the synthetic street world.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_abn_street-world.py', '../_base_/trackers/motsnet_street-world.py',
    '../_base_/datasets/street_world.py', '../_base_/schedules/motsnet_street_world.py', '../_base_/runtime.py']
train_dataloader = dict(
    batch_size=1, sampler=dict(frames_per_item=8),
    dataset=dict(clip=dict(_delete_=True, type='ContiguousClip', length=8)))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor)
