# The spatio-temporal embedding for KITTI at 192x640 (section 3; sizes of Table 5, all else the authors' code).
# ResNet-18 with two steps up, 12 causal bottlenecks, decoders of embeddings and of disparities, a pose network, and a
# network of the foreground, which is trained first and whose weights encoder and decoder begin with.
image_mean, image_std = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
foreground_weights = 'work_dirs/foreground_r18_5e_kittimots/epoch_5.pth'
resnet = dict(
    type='StemResNet', depth=18, out_indices=(0, 1, 2, 3), frozen_stages=-1, norm_eval=False, style='pytorch',
    norm_cfg=dict(type='BN', requires_grad=True))
encoder = dict(type='FrameEncoder', backbone=resnet)
detector = dict(
    type='PixelEmbeddingDetector',
    encoder=dict(
        **encoder,
        init_cfg=dict(type='Pretrained', checkpoint=foreground_weights, prefix='detector.foreground.encoder.')),
    temporal_model=dict(type='CausalTemporalModel', channels=128, hidden=64, frames=[2] + [1] * 10 + [2], dropout=0.2),
    decoder=dict(
        type='PixelDecoder', in_channels=128, out_channels=8,                           # p = 8
        init_cfg=dict(type='Pretrained', checkpoint=foreground_weights, prefix='detector.foreground.decoder.')),
    depth_decoder=dict(type='PixelDecoder', in_channels=128, out_channels=1, num_scales=3),
    pose_network=dict(                                                                  # from scratch, not said
        type='PoseNetwork',
        backbone=dict(
            type='ResNet', depth=18, in_channels=6, out_indices=(3,), frozen_stages=-1, norm_eval=False,
            style='pytorch', norm_cfg=dict(type='BN', requires_grad=True))),
    foreground=dict(
        type='ForegroundNetwork', encoder=encoder, decoder=dict(type='PixelDecoder', in_channels=128, out_channels=2),
        init_cfg=dict(type='Pretrained', checkpoint=foreground_weights, prefix='detector.foreground.')),
    grouping=dict(type='MeanShiftGrouping', bandwidth=1.0, num_frames=5),               # 2 rho_a; T
    embedding_loss=dict(
        type='DiscriminativeLoss', attraction_radius=0.5, repulsion_radius=1.5,         # rho_a, rho_r
        attraction_weight=1.0, repulsion_weight=1.0, regularisation_weight=0.001),      # Eq. 8
    depth_loss=dict(type='ViewSynthesisLoss', loss_weight=1.0),
    intrinsics=[0.58, 1.92, 0.5, 0.5],                                                  # KITTI
    image_mean=image_mean, image_std=image_std,
    min_area=200)
data_preprocessor = dict(
    type='ClipPreprocessor', mean=image_mean, std=image_std, bgr_to_rgb=True, size_divisor=32)
