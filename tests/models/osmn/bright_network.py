"""Networks for frames of bright squares: one to be trained, and one whose weights are set by hand."""

import torch

from mmvist.registry import MODELS

TINY = dict(channels=(4, 6, 8, 8, 8), hidden=16, guide_size=32, side_channels=4, dropout=0.0)
TRAINER = dict(
    type='OSMNTrainer', network=dict(type='OSMN', **TINY), loss=dict(type='BalancedBCE'),
    data_preprocessor=dict(type='ClipPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]))


def bright_propagator(size):
    """A propagator that finds what is bright, 1 in the first channel, and within three deviations of the last place.

    The first two stages hand on how bright a pixel is. conv3_1 has nothing but the heat added, conv3_2 makes
    far = max(1 - 50 heat, 0) of it, and conv3_3 hands that on. The logit is 10 (brightness - 0.4) - 12 far.
    """
    propagator = MODELS.build(dict(type='MaskPropagation', network=dict(type='OSMN', **TINY), size=size)).eval()
    network, decoder = propagator.network, propagator.network.decoder
    for name, weight in propagator.state_dict().items():
        if not name.endswith('running_var') and weight.is_floating_point():
            weight.zero_()
    network.visual.head.bias.fill_(1)
    for place, weight in ((0, 1), (2, 1), (5, 1), (7, 1), (12, -50), (14, 1)):
        network.vgg.features[place].weight[0, 0, 1, 1] = weight
    network.vgg.features[12].bias[0] = 1
    convolution, normalisation, _ = network.spatial.stages[0]
    convolution.weight[0] = 1
    normalisation.weight[0] = (1 + normalisation.eps) ** 0.5
    for number, weight in ((0, 10), (1, -12)):
        decoder.sides[number].weight[0, 0, 1, 1] = 1
        decoder.fuse.weight[0, number * TINY['side_channels']] = weight
    decoder.fuse.bias.fill_(-4)
    return propagator


def squares(places, height=64, width=96, side=16):
    """An image (3, height, width), 1 in squares at (x, y) of the first channel, and their masks (N, height, width)."""
    masks = torch.zeros(len(places), height, width, dtype=torch.bool)
    for mask, (x, y) in zip(masks, places, strict=True):
        mask[y:y + side, x:x + side] = True
    image = torch.zeros(3, height, width)
    image[0] = masks.any(dim=0) if len(places) else 0
    return image, masks
