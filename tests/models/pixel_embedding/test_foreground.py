"""The network of the foreground: chances, and a loss in which objects weigh more."""

import pytest
import torch

from mmvist.models.pixel_embedding import ForegroundNetwork
from tests.models.pixel_embedding.networks import count, resnet

DECODER = dict(type='PixelDecoder', in_channels=128, out_channels=2)


@pytest.fixture(scope='module')
def network():
    torch.manual_seed(0)
    return ForegroundNetwork(dict(type='FrameEncoder', backbone=resnet()), DECODER).eval()


def test_as_many_weights_as_in_the_paper(network):
    # 14.8 million, as it counts a classifier that nothing uses.
    assert count(network) + 512 * 1000 + 1000 == 14_639_400 + 200_672 + 16 * 2 * 9 + 2


@torch.no_grad()
def test_chances_are_those_of_the_second_number(network):
    images = torch.rand(2, 3, 64, 96)
    logits = network.logits(images)
    assert logits.shape == (2, 2, 64, 96)
    assert torch.allclose(network(images, []), (logits[:, 1] - logits[:, 0]).sigmoid(), atol=1e-6)


@torch.no_grad()
def test_the_loss_is_a_weighted_mean_over_pixels_that_count(network):
    images = torch.rand(1, 3, 64, 64)
    ids = torch.full((1, 64, 64), -1)
    ids[0, 3, :5], ids[0, 4, 7], ids[0, 20:] = 12, 0, -2
    logs = network.logits(images).log_softmax(1)[0]
    total = weights = 0.0
    for row in range(20):
        for column in range(64):
            shows = int(ids[0, row, column] >= 0)
            weight = 10.0 if shows else 1.0
            total -= weight * float(logs[shows, row, column])
            weights += weight
    assert float(network.loss(images, ids, ignored=-2)) == pytest.approx(total / weights, rel=1e-4)
