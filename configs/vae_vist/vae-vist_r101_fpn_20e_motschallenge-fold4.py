# VIST-VAE on MOTSChallenge, fold 4 (section 4.2, Table 1).
_base_ = [
    '../_base_/detectors/vae-mask-rcnn_r101_fpn_motschallenge.py', '../_base_/trackers/vae.py',
    '../_base_/datasets/mots_challenge_fold4.py', '../_base_/schedules/20e_adam.py', '../_base_/panels/vae.py',
    '../_base_/runtime.py']
resize = dict(type='ResizeClip', scale=(1333, 800))                                     # section 4.2
train_dataloader = dict(batch_size=2, dataset=dict(                                     # on each of four GPUs
    clip=dict(_delete_=True, type='Neighbours'),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), resize, dict(type='RandomFlipClip', prob=0.5),
        dict(type='PackClip')]))
val_dataloader = dict(batch_size=1, dataset=dict(pipeline=[dict(type='LoadFrames'), resize, dict(type='PackClip')]))
test_dataloader = val_dataloader
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
