# TrackR-CNN on MOTSChallenge, fold 1: the authors' conv3d_sep2_on_all_mots, which trains on all four sequences.
_base_ = [
    '../_base_/detectors/temporal-mask-rcnn_r101_c4_pedestrian.py',
    '../_base_/trackers/trackrcnn_mots-challenge.py', '../_base_/datasets/mots_challenge.py',
    '../_base_/schedules/trackrcnn.py', '../_base_/runtime.py']
train_dataloader = dict(dataset=dict(
    clip=dict(length=8),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'), dict(type='ResizeClip', scale=(747, 420)),
        dict(type='RandomFlipClip', prob=0.5), dict(type='RandomGammaClip', strength=0.05), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=1,                                         # the features of a thousand proposals take 0.8 GB
    dataset=dict(pipeline=[
        dict(type='LoadFrames'), dict(type='ResizeClip', scale=(1024, 420)), dict(type='PackClip')]))
test_dataloader = val_dataloader
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
