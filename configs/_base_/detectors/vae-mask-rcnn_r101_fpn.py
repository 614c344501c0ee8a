# VIST-VAE: Mask R-CNN and a variational autoencoder with three decoders (section 3). The paper gives the shape of the
# parts, and hardly a number: sizes, weights and thresholds are ours where no section is named.
_base_ = './mask-rcnn_r101_fpn_kittimots.py'
levels = [64, 128, 256, 256]                                                            # strides 4, 8, 16, 32
coarse_to_fine = [256, 256, 128, 64]
detector = dict(
    type='VAEMaskRCNNDetector',
    num_classes=2,
    encoder=dict(type='ObservationEncoder', in_channels=7, channels=[32, *levels]),     # [F_t, F_t-1, Lambda_t-1]
    latent=dict(type='CorrelatedLatent', in_channels=256, channels=64, groups='channel', correlation='two-sided'),
    future_decoder=dict(type='FutureFrameDecoder', latent_channels=64, channels=[*coarse_to_fine, 32]),
    proposal_decoder=dict(
        type='PyramidDecoder', latent_channels=64, channels=coarse_to_fine, skip_channels=coarse_to_fine,
        out_channels=256),
    proposal_head=dict(
        type='ProposalHead', roi_extractor=_base_.detector.roi_head.bbox_roi_extractor, in_channels=256,
        region_size=7, hidden=1024, num_copies=4, jitter=0.1),
    augment_decoder=dict(
        type='PyramidDecoder', latent_channels=64, channels=coarse_to_fine,
        skip_channels=[size + 256 for size in coarse_to_fine], out_channels=256),       # Eq. 4
    augment_head=_base_.detector.roi_head,
    future_weight=1.0, kl_weight=0.01,
    kl_warm_up=628,                                                                     # an epoch of 5,027 frames
    mask_drop=0.1, mask_change=5,
    min_iou=0.5, min_score=0.5, nms_iou=0.5, sleep=5,
    image_mean=_base_.data_preprocessor.mean, image_std=_base_.data_preprocessor.std)
