# The same small enough for two CPU cores: half the channels everywhere but in the embeddings, trained from scratch.
_base_ = './pixel-embedding_r18.py'
small_encoder = dict(backbone=dict(base_channels=32, init_cfg=None), channels=[32, 32, 64, 128, 256])
small_decoder = dict(in_channels=64, channels=[32, 16, 16], skip_channels=[32, 32])
detector = dict(
    encoder=small_encoder,
    temporal_model=dict(channels=64, hidden=32),
    decoder=small_decoder, depth_decoder=small_decoder,
    pose_network=dict(backbone=dict(base_channels=32), in_channels=256, channels=128),
    foreground=dict(encoder=small_encoder, decoder=small_decoder),
    intrinsics=[0.75, 1.25, 0.5, 0.5],                                                  # of its 320x192
    min_area=30)
