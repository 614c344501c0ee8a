"""HD3: densities and comparisons by hand and against loops, the network's shapes and symmetry, and that it learns."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmvist.models.flow import HD3Flow
from mmvist.models.flow.hd3.density import density_of, vector_of
from mmvist.models.flow.hd3.matching import displaced, local_correlation
from mmvist.models.losses.match_density import match_density, shrunk_flow

SMALL = dict(channels=(8, 8, 8, 8, 8, 8, 8), hidden=8)


def test_density_by_hand():
    # A quarter right, one up: between the offsets (0, -1) and (1, -1).
    density = density_of(torch.tensor([0.25, -1.0]).view(1, 2, 1, 1), radius=1).view(3, 3)
    assert density.tolist() == [[0, .75, .25], [0, 0, 0], [0, 0, 0]]
    between = density_of(torch.tensor([0.5, 0.5]).view(1, 2, 1, 1), radius=1).view(3, 3)
    assert between.tolist() == [[0, 0, 0], [0, .25, .25], [0, .25, .25]]
    far = density_of(torch.tensor([-7.0, 9.0]).view(1, 2, 1, 1), radius=1).view(3, 3)
    assert far.tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize('radius', [1, 4])
def test_density_and_vector_undo_each_other(radius):
    vectors = (2 * torch.rand(2, 2, 5, 6, dtype=torch.float64) - 1) * radius
    density = density_of(vectors, radius)
    assert density.shape == (2, (2 * radius + 1) ** 2, 5, 6)
    assert torch.allclose(density.sum(1), torch.ones(2, 5, 6, dtype=torch.float64))
    assert torch.allclose(vector_of((density + 1e-30).log()), vectors, atol=1e-9)


def test_vector_is_the_mean_over_the_best_four():
    density = torch.full((3, 3), 1e-9)
    density[0, 1], density[0, 2], density[1, 1], density[2, 0] = .3, .1, .2, .39
    # The four at the upper right have 0.6, those at the lower left 0.59.
    found = vector_of(density.log().view(1, 9, 1, 1)).flatten()
    assert found.tolist() == pytest.approx([.1 / .6, -1 + .2 / .6], abs=1e-6)


def test_vector_has_a_gradient():
    logits = torch.randn(1, 9, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(vector_of, logits)


def test_correlation_against_a_loop():
    reference, target = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 4, 5)
    found = local_correlation(reference, target, 2)
    assert found.shape == (2, 25, 4, 5)
    for number, offset, row, column in np.ndindex(2, 25, 4, 5):
        down, right = row + offset // 5 - 2, column + offset % 5 - 2
        inside = 0 <= down < 4 and 0 <= right < 5
        expected = (reference[number, :, row, column] * target[number, :, down, right]).mean() if inside else 0.0
        assert float(found[number, offset, row, column]) == pytest.approx(float(expected), abs=1e-6)


def test_displaced_maps():
    maps = torch.arange(24.).view(1, 1, 4, 6)
    vectors = torch.zeros(1, 2, 4, 6)
    assert torch.allclose(displaced(maps, vectors), maps, atol=1e-5)
    vectors[:, 0], vectors[:, 1] = 1, -1
    moved = displaced(maps, vectors)[0, 0]
    assert torch.allclose(moved[1:, :-1], maps[0, 0, :-1, 1:], atol=1e-5)
    assert not moved[0].any()
    assert not moved[:, -1].any()
    # Half a pixel to the right is half a step.
    vectors[:, 0], vectors[:, 1] = .5, 0
    assert torch.allclose(displaced(maps, vectors)[0, 0, :, :-1], maps[0, 0, :, :-1] + .5, atol=1e-5)


def test_shrunk_flow_is_the_mean_of_what_is_known():
    flow = torch.zeros(1, 3, 4, 4)
    flow[0, :, 0, 0] = torch.tensor([4., 2., 1.])
    flow[0, :, 1, 1] = torch.tensor([8., 0., 1.])
    flow[0, :, 2:, 2:] = torch.tensor([1., 1., 1.]).view(3, 1, 1)
    means, known = shrunk_flow(flow, 2)
    assert known.tolist() == [[[[True, False], [False, True]]]]
    assert means[0, :, 0, 0].tolist() == pytest.approx([6, 1])
    assert means[0, :, 1, 1].tolist() == pytest.approx([1, 1])
    assert means[0, :, 0, 1].tolist() == [0, 0]


def test_divergence_against_torch():
    logits, vectors = torch.randn(2, 81, 3, 4, dtype=torch.float64), 4 * torch.rand(2, 2, 3, 4, dtype=torch.float64)
    target, known = density_of(vectors, 4), torch.rand(2, 1, 3, 4) < .5
    expected = nn.KLDivLoss(reduction='sum')(F.log_softmax(logits, 1), target * known) / (2 * 3 * 4)
    assert float(match_density(logits, target, known)) == pytest.approx(float(expected))
    assert match_density((target + 1e-30).log(), target, known).abs() < 1e-9
    assert match_density(logits, target, torch.zeros_like(known)) == 0


def test_a_target_of_a_level_is_what_the_one_before_left_over():
    torch.manual_seed(0)
    flow = HD3Flow(**SMALL, num_levels=2).eval()
    images, truth = torch.rand(1, 2, 3, 64, 64) * 255, torch.zeros(1, 3, 64, 64)
    truth[:, 0], truth[:, 1], truth[:, 2] = 24, -6, 1
    losses = flow.loss(images, truth, torch.zeros_like(truth))
    back, _ = flow.network(flow._normed(images[:, 1]), flow._normed(images[:, 0]))
    coarse = match_density(back[0].logits, density_of(truth[:, :2, :1, :1] / 64, 4), torch.ones(1, 1, 1, 1))
    left = (truth[:, :2, :2, :2] - F.interpolate(back[0].vectors, scale_factor=2, mode='bilinear',
                                                 align_corners=True)) / 32
    fine = match_density(back[1].logits, density_of(left, 4), torch.ones(1, 1, 2, 2))
    assert float(losses['loss_backward']) == pytest.approx(float((coarse + fine).detach()), rel=1e-5)
    assert losses['loss_forward'] == 0


@pytest.fixture
def network():
    torch.manual_seed(0)
    flow = HD3Flow(**SMALL)
    flow.network.init_weights()
    return flow.eval()


def test_levels_and_their_sizes(network):
    there, back = network.network(torch.rand(2, 3, 128, 192), torch.rand(2, 3, 128, 192))
    assert len(there) == len(back) == 5
    for level, estimate in enumerate(there):
        height, width = 2 * 2 ** level, 3 * 2 ** level
        assert estimate.logits.shape == (2, 81, height, width)
        assert estimate.vectors.shape == (2, 2, height, width)


def test_both_directions_are_one_network(network):
    first, second = torch.rand(2, 1, 3, 64, 128)
    there, back = network.network(first, second)
    other_there, other_back = network.network(second, first)
    assert torch.allclose(there[-1].vectors, other_back[-1].vectors, atol=1e-4)
    assert torch.allclose(back[-1].vectors, other_there[-1].vectors, atol=1e-4)
    assert torch.allclose(network.network.estimate(first, second), F.interpolate(
        there[-1].vectors, (64, 128), mode='bilinear', align_corners=True), atol=1e-4)


def test_any_size_and_any_norm(network):
    image, previous = (torch.rand(2, 3, 70, 90) * 255).round()
    flow = network(image, previous)
    assert (flow.shape, flow.dtype) == ((2, 70, 90), torch.float32)
    mean, std = torch.tensor([[120., 110., 100.], [60., 50., 40.]])[..., None, None]
    other = HD3Flow(**SMALL, image_mean=mean.flatten().tolist(), image_std=std.flatten().tolist()).eval()
    other.load_state_dict(network.state_dict())
    assert torch.allclose(other((image - mean) / std, (previous - mean) / std), flow, atol=1e-3)


def test_it_learns():
    torch.manual_seed(0)
    flow = HD3Flow(**SMALL)
    flow.network.init_weights()
    optimizer, pairs, truths = torch.optim.Adam(flow.parameters(), 2e-3), [], []
    for right, down in ((-5, 3), (4, 4), (0, -8), (7, -1)):
        texture = F.interpolate(torch.rand(1, 3, 20, 36), size=(80, 144), mode='bilinear')[0] * 255
        pairs.append(torch.stack([texture[:, 8:72, 8:136], texture[:, 8 + down:72 + down, 8 + right:136 + right]]))
        # What is at (x, y) of the second frame was at (x + right, y + down) of the first.
        truths.append(torch.ones(3, 64, 128) * torch.tensor([right, down, 1.]).view(3, 1, 1))
    images, truth, seen = torch.stack(pairs), torch.stack(truths), []
    for _ in range(25):
        losses = flow.loss(images, truth, truth * torch.tensor([-1., -1., 1.]).view(3, 1, 1))
        seen.append(losses['loss_backward'].item() + losses['loss_forward'].item())
        optimizer.zero_grad()
        (losses['loss_backward'] + losses['loss_forward']).backward()
        optimizer.step()
    assert seen[-1] < 0.9 * seen[0]
    assert all(weight.grad is not None for weight in flow.parameters())


def test_nothing_known_is_no_loss_and_no_nan(network):
    images, nothing = torch.rand(1, 2, 3, 64, 64) * 255, torch.zeros(1, 3, 64, 64)
    losses = network.loss(images, nothing, nothing)
    assert losses == {'loss_backward': 0, 'loss_forward': 0, 'epe': 0}


def test_the_full_networks_size():
    flow = HD3Flow()
    # So many as it was compared with HD3's code, layer by layer; there a joint of stride 2 comes on top.
    assert sum(weight.numel() for weight in flow.parameters()) == 39_795_319


def test_interpolation_stays_interpolation():
    flow = HD3Flow(**SMALL)
    flow.network.init_weights()
    for enlarge in (part for joint in flow.network.encoder.joints for part in joint.enlarge):
        assert torch.allclose(enlarge.up(torch.ones(1, 8, 5, 5))[..., 1:-1, 1:-1], torch.ones(1))


def test_half_precision_keeps_places():
    maps, vectors = torch.rand(1, 3, 40, 200), torch.rand(1, 2, 40, 200) * 6 - 3
    exact = displaced(maps, vectors)
    rounded = displaced(maps.bfloat16(), vectors)
    assert rounded.dtype == torch.bfloat16
    assert (rounded - exact).abs().max() < 0.01


def test_sizes_that_do_not_fit(network):
    with pytest.raises(ValueError, match='sides that are multiples of 64, got'):
        network.network(torch.rand(1, 3, 64, 100), torch.rand(1, 3, 64, 100))
    with pytest.raises(ValueError, match='num_levels must lie in 1..6, got 7'):
        HD3Flow(num_levels=7)
    with pytest.raises(ValueError, match='channels must be seven numbers'):
        HD3Flow(channels=(8, 8))
