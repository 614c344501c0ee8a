# Table 1: MaskTrack R-CNN in small, with the budget of VIST-VAE; both frames of a pair are trained on.
_base_ = [
    '../_base_/detectors/mask-rcnn_r18_fpn_street-world_fine-tuning.py',
    '../_base_/trackers/masktrack_street-world.py', '../_base_/datasets/street_world_hard.py',
    '../_base_/schedules/street_world_fine-tuning.py', '../_base_/runtime.py']
load_from = 'work_dirs/mask-rcnn_r18_fpn_street-world/epoch_2.pth'
train_dataloader = dict(batch_size=2, sampler=dict(num_items=400))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
