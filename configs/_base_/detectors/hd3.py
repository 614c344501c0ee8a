# MOTSNet's flow network: HD3 with a DLA-34 encoder, five levels from stride 64 on, and leaky ReLUs (section 3.1). Sizes
# are those of HD3's code.
data_preprocessor = dict(
    type='ClipPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
    size_divisor=64)
detector = dict(
    type='FlowDetector',
    flow=dict(
        type='HD3Flow', channels=(16, 32, 64, 128, 256, 512, 512), hidden=128, radius=4, num_levels=5,
        act_cfg=dict(type='LeakyReLU', negative_slope=0.01),
        image_mean=data_preprocessor['mean'], image_std=data_preprocessor['std']))
