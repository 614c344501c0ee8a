# Table 1: TrackR-CNN in small, with the budget of VIST-VAE.
_base_ = [
    '../_base_/detectors/temporal-mask-rcnn_r18_c4_street-world_fine-tuning.py',
    '../_base_/trackers/trackrcnn_street-world.py', '../_base_/datasets/street_world_hard.py',
    '../_base_/schedules/street_world_fine-tuning.py', '../_base_/runtime.py']
load_from = 'work_dirs/temporal-mask-rcnn_r18_c4_street-world/epoch_2.pth'
train_dataloader = dict(
    batch_size=1, sampler=dict(num_items=200),
    dataset=dict(clip=dict(_delete_=True, type='ContiguousClip', length=4)))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
