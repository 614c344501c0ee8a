"""The encoder, the decoders, and what the encoder is shown."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.vae import FutureFrameDecoder, ObservationEncoder, PyramidDecoder
from mmvist.models.vae.blocks import ResidualBlock, SubPixelUp
from mmvist.models.vae.observation import category_map, perturbed_masks


def test_the_encoder_halves_from_stride_two_on():
    encoder = ObservationEncoder(7, [4, 6, 8])
    levels = encoder(torch.rand(2, 7, 16, 24))
    assert [tuple(level.shape) for level in levels] == [(2, 4, 8, 12), (2, 6, 4, 6), (2, 8, 2, 3)]


def test_no_part_has_norms():
    parts = ObservationEncoder(), FutureFrameDecoder(), PyramidDecoder()
    assert not any('Norm' in type(module).__name__ for part in parts for module in part.modules())


def test_a_residual_block_begins_close_to_nothing():
    torch.manual_seed(0)
    block, maps = ResidualBlock(8), torch.randn(1, 8, 9, 9)
    change = block(maps) - maps
    assert torch.allclose(change, block.last(F.relu(block.first(maps))), atol=1e-6)
    assert change.std() < 0.2 * maps.std()


def test_activations_stay_as_large_as_they_are():
    """Eight layers of PyTorch's own first weights would leave a thousandth of them."""
    torch.manual_seed(0)
    levels = ObservationEncoder(7, [16, 32, 64, 64, 64])(torch.randn(2, 7, 128, 128))
    assert all(0.4 < level.square().mean() < 2.5 for level in levels)
    answers = PyramidDecoder(8, [64, 64, 64, 32], [0] * 4, 64)(torch.randn(2, 8, 4, 4), [[]] * 4)
    assert all(0.3 < answer.square().mean() < 4 for answer in answers)


def test_sub_pixels_go_where_they_belong():
    up = SubPixelUp(1, 1)
    with torch.no_grad():
        up.widen.weight.zero_()
        up.widen.bias.copy_(torch.tensor([1., 2, 3, 4]))
    assert up(torch.zeros(1, 1, 2, 1))[0, 0].tolist() == [[1, 2], [3, 4], [1, 2], [3, 4]]


def test_the_next_frame_is_as_large_as_the_input():
    decoder = FutureFrameDecoder(5, [8, 8, 4, 4, 4])
    latents = torch.randn(2, 5, 2, 3, requires_grad=True)
    image = decoder(latents)
    assert image.shape == (2, 3, 64, 96)
    image.sum().backward()
    assert latents.grad.abs().sum() > 0


@pytest.mark.parametrize('skips', [(4, 6), (0, 0)])
def test_a_pyramid_goes_from_coarse_to_fine_and_answers_the_other_way_round(skips):
    decoder = PyramidDecoder(5, [8, 6], skips, out_channels=7)
    joined = [[torch.randn(1, size, 4 * 2 ** level, 6 * 2 ** level)] if size else []
              for level, size in enumerate(skips)][::-1]
    fine, coarse = decoder(torch.randn(1, 5, 4, 6), joined)
    assert (fine.shape, coarse.shape) == ((1, 7, 8, 12), (1, 7, 4, 6))


def test_what_is_joined_at_a_stride_changes_it_and_finer_ones():
    torch.manual_seed(0)
    decoder = PyramidDecoder(5, [8, 6], [4, 6], out_channels=7)
    latents = torch.randn(1, 5, 4, 6)
    joined = [[torch.randn(1, 6, 8, 12)], [torch.randn(1, 4, 4, 6)]]
    fine, coarse = decoder(latents, joined)
    finer = decoder(latents, [[joined[0][0] + 1], joined[1]])
    assert not torch.allclose(finer[0], fine)
    assert torch.equal(finer[1], coarse)


def test_categories_are_weights():
    masks = torch.zeros(3, 2, 4, dtype=torch.bool)
    masks[0, 0, :2], masks[1, 0, 1:3], masks[2, 1, 0] = True, True, True
    weights, labels = torch.tensor([.25, .5, .75, 1]), torch.tensor([0, 3, 1])
    assert category_map(masks, labels, weights).tolist() == [[[.25, 1, 1, 0], [.5, 0, 0, 0]]]
    # The last one covers the others, whatever its class.
    assert category_map(masks.flip(0), labels.flip(0), weights).tolist() == [[[.25, .25, 1, 0], [.5, 0, 0, 0]]]
    assert category_map(masks[:0], labels[:0], weights).tolist() == [[[0] * 4] * 2]


def test_masks_grow_shrink_and_go():
    mask = torch.zeros(1, 12, 12, dtype=torch.bool)
    mask[0, 4:8, 4:8] = True
    seen = set()
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        changed = perturbed_masks(mask, 0.0, 1, generator)
        rows, columns = changed[0].nonzero().unbind(1)
        assert len(rows) == (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)
        seen.add(int(changed.sum()))
    assert seen == {4, 16, 36}
    assert torch.equal(perturbed_masks(mask, 0.0, 0), mask)
    assert not perturbed_masks(mask, 1.0, 2).any()
    assert perturbed_masks(mask[:0], 0.5, 2).shape == (0, 12, 12)
    gone = sum(not perturbed_masks(mask, 0.3, 0, generator).any() for _ in range(400)) / 400
    assert gone == pytest.approx(.3, abs=.08)
