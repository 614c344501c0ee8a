"""Sizes of the networks, and what their numbers depend on."""

import pytest
import torch

from mmvist.models.pixel_embedding import FrameEncoder, PixelDecoder, PoseNetwork
from tests.models.pixel_embedding.networks import CLASSIFIER, count, resnet


@pytest.fixture(scope='module')
def encoder():
    torch.manual_seed(0)
    return FrameEncoder(resnet()).eval()


def test_as_many_weights_as_in_table_5(encoder):
    assert count(encoder) + CLASSIFIER == 14_639_400
    trunk = 200_672
    assert count(PixelDecoder(128, 8)) == trunk + 1_160
    assert count(PixelDecoder(128, 1, num_scales=3)) == trunk + 1_011
    assert count(PoseNetwork(resnet('ResNet', (3,), channels=6))) + CLASSIFIER == 13_013_492


@torch.no_grad()
def test_sizes_of_maps(encoder):
    features, (half, quarter) = encoder(torch.zeros(2, 3, 64, 96))
    assert (features.shape, half.shape, quarter.shape) == ((2, 128, 8, 12), (2, 64, 32, 48), (2, 64, 16, 24))
    levels = PixelDecoder(128, 5, num_scales=3)(features, (half, quarter))
    assert [level.shape for level in levels] == [(2, 5, 64, 96), (2, 5, 32, 48), (2, 5, 16, 24)]


@torch.no_grad()
def test_features_are_those_of_the_backbone_brought_up(encoder):
    images = torch.rand(1, 3, 64, 96)
    half, quarter, eighth, sixteenth, coarse = encoder.backbone(images)
    assert torch.equal(half, encoder.backbone.relu(encoder.backbone.norm1(encoder.backbone.conv1(images))))
    features, skips = encoder(images)
    assert torch.equal(skips[0], half)
    assert torch.equal(skips[1], quarter)
    assert torch.allclose(features, encoder.up[1](encoder.up[0](coarse, sixteenth), eighth))


@torch.no_grad()
def test_an_up_stage_is_convolution_up_sampling_concatenation_convolution(encoder):
    stage = encoder.up[0]
    maps, skip = torch.randn(1, 512, 3, 4), torch.randn(1, 256, 6, 8)
    narrow = torch.nn.functional.elu(torch.nn.functional.conv2d(
        torch.nn.functional.pad(maps, (1, 1, 1, 1), mode='reflect'), stage.narrow[1].weight, stage.narrow[1].bias))
    joined = torch.cat([narrow.repeat_interleave(2, 2).repeat_interleave(2, 3), skip], dim=1)
    wanted = torch.nn.functional.elu(torch.nn.functional.conv2d(
        torch.nn.functional.pad(joined, (1, 1, 1, 1), mode='reflect'), stage.join[1].weight, stage.join[1].bias))
    assert torch.allclose(stage(maps, skip), wanted, atol=1e-5)


@torch.no_grad()
def test_embeddings_are_not_bounded():
    torch.manual_seed(0)
    decoder = PixelDecoder(4, 2, channels=(4, 4, 4), skip_channels=(2, 2))
    decoder.heads[0][1].bias.fill_(-7)
    answer, = decoder(torch.zeros(1, 4, 2, 2), (torch.zeros(1, 2, 8, 8), torch.zeros(1, 2, 4, 4)))
    assert answer.shape == (1, 2, 16, 16)
    assert (answer < -1).all()


@torch.no_grad()
def test_a_motion_is_small_and_knows_the_order_of_frames():
    torch.manual_seed(0)
    network = PoseNetwork(resnet('ResNet', (3,), channels=6)).eval()
    earlier, later = torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    motion = network(earlier, later)
    assert motion.shape == (2, 6)
    assert motion.abs().max() < 0.1
    assert not torch.allclose(motion, network(later, earlier))
