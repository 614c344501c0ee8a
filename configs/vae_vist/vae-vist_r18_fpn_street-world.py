# VIST-VAE in small, on the street world.
_base_ = [
    '../_base_/detectors/vae-mask-rcnn_r18_fpn_street-world.py', '../_base_/trackers/vae.py',
    '../_base_/datasets/street_world_hard.py', '../_base_/schedules/street_world_fine-tuning.py',
    '../_base_/panels/vae.py', '../_base_/runtime.py']
load_from = 'work_dirs/mask-rcnn_r18_fpn_street-world/epoch_2.pth'
train_dataloader = dict(
    batch_size=4, sampler=dict(num_items=800), dataset=dict(clip=dict(_delete_=True, type='Neighbours')))
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
