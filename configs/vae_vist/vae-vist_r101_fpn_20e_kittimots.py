# VIST-VAE on KITTI MOTS (section 4.2, Table 1).
_base_ = [
    '../_base_/detectors/vae-mask-rcnn_r101_fpn.py', '../_base_/trackers/vae.py',
    '../_base_/datasets/kitti_mots.py', '../_base_/schedules/20e_adam.py', '../_base_/pipelines/1333x800.py',
    '../_base_/panels/vae.py', '../_base_/runtime.py']
train_dataloader = dict(                                                # two images on each of four GPUs
    batch_size=2, dataset=dict(clip=dict(_delete_=True, type='Neighbours'), pipeline=_base_.train_pipeline))
val_dataloader = dict(batch_size=1, dataset=dict(pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
