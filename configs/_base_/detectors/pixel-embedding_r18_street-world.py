# The same small enough for two CPU cores: half the channels everywhere but in the embeddings, trained from scratch.
_base_ = './pixel-embedding_r18.py'
foreground_weights = 'work_dirs/foreground_r18_street-world/epoch_8.pth'
small_encoder = dict(backbone=dict(base_channels=32), channels=[32, 32, 64, 128, 256])
small_decoder = dict(in_channels=64, channels=[32, 16, 16], skip_channels=[32, 32])
weights = dict(init_cfg=dict(checkpoint=foreground_weights))
detector = dict(
    encoder=dict(**small_encoder, **weights), decoder=dict(**small_decoder, **weights),
    temporal_model=dict(channels=64, hidden=32),
    depth_decoder=small_decoder,
    pose_network=dict(backbone=dict(base_channels=32), in_channels=256, channels=128),
    foreground=dict(encoder=small_encoder, decoder=small_decoder, **weights),
    grouping=dict(bandwidth=1.5),           # rho_r: after so few steps pixels are farther from their mean than rho_a
    intrinsics=[0.75, 1.25, 0.5, 0.5],                                                  # of any size of it
    min_area=25)                                                                        # 200 of 192x640
