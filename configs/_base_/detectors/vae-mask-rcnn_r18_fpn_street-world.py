# The same small enough for two CPU cores; Mask R-CNN begins with trained weights.
_base_ = './mask-rcnn_r18_fpn_street-world_fine-tuning.py'
levels = [32, 64, 64, 64]
coarse_to_fine = [64, 64, 64, 32]
detector = dict(
    type='VAEMaskRCNNDetector',
    num_classes=3,
    encoder=dict(type='ObservationEncoder', in_channels=7, channels=[16, *levels]),
    latent=dict(type='CorrelatedLatent', in_channels=64, channels=16, groups='channel', correlation='two-sided'),
    future_decoder=dict(type='FutureFrameDecoder', latent_channels=16, channels=[*coarse_to_fine, 16]),
    proposal_decoder=dict(
        type='PyramidDecoder', latent_channels=16, channels=coarse_to_fine, skip_channels=coarse_to_fine,
        out_channels=64),
    proposal_head=dict(
        type='ProposalHead', roi_extractor=_base_.detector.roi_head.bbox_roi_extractor, in_channels=64,
        region_size=7, hidden=256, num_copies=4, jitter=0.1),
    augment_decoder=dict(
        type='PyramidDecoder', latent_channels=16, channels=coarse_to_fine,
        skip_channels=[size + 64 for size in coarse_to_fine], out_channels=64),
    augment_head=_base_.detector.roi_head,
    future_weight=1.0, kl_weight=0.01, kl_warm_up=200,          # an epoch
    mask_drop=0.1, mask_change=2,
    min_iou=0.3, nms_iou=0.3,                                   # better than 0.5 on training videos
    min_score=0.5, sleep=5,
    image_mean=_base_.data_preprocessor.mean, image_std=_base_.data_preprocessor.std)
