# TrackR-CNN, CVPR 2019, on KITTI MOTS: the authors' conv3d_sep2.
_base_ = [
    '../_base_/detectors/temporal-mask-rcnn_r101_c4.py', '../_base_/trackers/trackrcnn_kitti-mots.py',
    '../_base_/datasets/kitti_mots.py', '../_base_/schedules/trackrcnn.py', '../_base_/runtime.py']
train_dataloader = dict(dataset=dict(
    clip=dict(length=8),
    pipeline=[
        dict(type='LoadFrames'), dict(type='LoadTracks'),
        dict(type='ResizeClip', scale=(1024, 309), keep_ratio=False), dict(type='RandomFlipClip', prob=0.5),
        dict(type='RandomGammaClip', strength=0.05), dict(type='PackClip')]))
val_dataloader = dict(
    batch_size=1,                                         # the features of a thousand proposals take 0.8 GB
    dataset=dict(pipeline=[
        dict(type='LoadFrames'), dict(type='ResizeClip', scale=(1242, 375), keep_ratio=False),
        dict(type='PackClip')]))
test_dataloader = val_dataloader
model = dict(
    type='VideoInstanceSegmentor', detector=_base_.detector, embedder=_base_.embedder, tracker=_base_.tracker,
    data_preprocessor=_base_.data_preprocessor, disjoint_masks=True)
# The authors tried a thousand settings of each class on the training sequences; their ranges are not those below.
tuning = dict(metric='mots/sMOTSA', space={
    'tracker.filters.0.threshold.0': dict(type='Uniform', low=0.3, high=0.99),
    'tracker.filters.0.threshold.1': dict(type='Uniform', low=0.3, high=0.99),
    'tracker.stages.0.gates.1.threshold.0': dict(type='Uniform', low=4.0, high=12.0),
    'tracker.stages.0.gates.1.threshold.1': dict(type='Uniform', low=4.0, high=12.0),
    'tracker.stages.0.gates.2.frames.0': dict(type='Integer', low=1, high=7),
    'tracker.stages.0.gates.2.frames.1': dict(type='Integer', low=1, high=7)})
