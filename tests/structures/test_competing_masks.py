"""One instance a pixel, against dense maps of PyTorch's upsampling and their largest."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.structures import rle
from mmvist.structures.competing_masks import competing_masks

ROWS, COLUMNS, STRIDE = 10, 14, 4.
# Scale of the network's input over an image, (x, y), and an image's height and width that fit into it.
IMAGES = [((1., 1.), 40, 56), ((2., 2.), 20, 28), ((.5, .25), 160, 112), ((1.3, .7), 55, 42), ((.71, 1.9), 21, 78),
          ((1., 1.), 33, 50), ((1., 1.), 5, 3), ((4., 4.), 10, 14), ((.3, .3), 1, 186)]


def decoded(logits, background=1., scale=(1., 1.), height=40, width=56, stride=STRIDE):
    masks = competing_masks(logits, background, stride, scale, height, width)
    assert (masks.height, masks.width, len(masks)) == (height, width, len(logits))
    return torch.from_numpy(rle.decode_all(masks.counts, height, width))


def dense(logits, background, scale, height, width, stride=STRIDE):
    """What each pixel reads of each map, the background's first."""
    maps = F.interpolate(logits[None], scale_factor=(stride / scale[1], stride / scale[0]), mode='bilinear')[0]
    maps = maps[:, :height, :width]
    return torch.cat([torch.full_like(maps[:1], background), maps])


def assert_largest(masks, maps):
    """Each pixel is its largest map's; rounding may decide between two that are within a hair."""
    best = maps.topk(2, dim=0).values
    clear = best[0] - best[1] > 1e-4
    assert clear.float().mean() > .98
    owner = maps.argmax(0)
    for number, mask in enumerate(masks, 1):
        assert torch.equal(mask & clear, (owner == number) & clear)
    assert masks.sum(0).max() <= 1


def blobs(count=4, seed=0, size=(ROWS, COLUMNS)):
    coarse = 3 * torch.randn(count, 1, 5, 6, generator=torch.Generator().manual_seed(seed))
    return F.interpolate(coarse, size, mode='bilinear')[:, 0]


@pytest.mark.parametrize(('scale', 'height', 'width'), IMAGES)
def test_smooth_maps(scale, height, width):
    logits = blobs()
    masks = decoded(logits, 1., scale, height, width)
    assert_largest(masks, dense(logits, 1., scale, height, width))
    if min(height, width) > 5:
        assert masks.any((1, 2)).sum() >= 3
        assert not masks.any(0).all()


@pytest.mark.parametrize(('scale', 'height', 'width'), IMAGES)
@pytest.mark.parametrize('density', [.02, .3])
def test_single_cells(scale, height, width, density):
    # Cells that reach furthest: a high one among low ones, at borders and corners too.
    generator = torch.Generator().manual_seed(1)
    for _ in range(4):
        logits = torch.rand(3, ROWS, COLUMNS, generator=generator) - 1
        high = torch.rand(3, ROWS, COLUMNS, generator=generator) < density
        logits[high] = 50 + torch.rand(int(high.sum()), generator=generator)
        for number, corner in enumerate([(0, 0), (-1, -1), (0, -1)]):
            logits[(number, *corner)] = 40 + number
        assert_largest(decoded(logits, .5, scale, height, width), dense(logits, .5, scale, height, width))


@pytest.mark.parametrize('size', [(1, 1), (1, 4), (3, 1), (2, 2)])
def test_tiny_maps(size):
    logits = blobs(3, seed=2, size=size) + 1
    scale, height, width = (.7, .9), int(size[0] * 4 / .9), int(size[1] * 4 / .7)
    assert_largest(decoded(logits, .5, scale, height, width), dense(logits, .5, scale, height, width))


def test_of_equals_the_first():
    logits = torch.full((3, ROWS, COLUMNS), 2.)
    logits[2, :, 7:] = 3
    masks = decoded(logits)
    # The third rises from the centres of column 6 on.
    assert masks[0, :, :26].all()
    assert not masks[1].any()
    assert masks[2, :, 26:].all()


@pytest.mark.parametrize(('value', 'seen'), [(1., False), (1.0001, True), (.9, False)])
def test_a_map_must_be_above_the_background(value, seen):
    masks = decoded(torch.full((1, ROWS, COLUMNS), value), background=1.)
    assert masks.all() == masks.any() == seen


@pytest.mark.parametrize('logits', [torch.zeros(0, ROWS, COLUMNS), torch.full((2, ROWS, COLUMNS), -20.)])
def test_nothing_is_seen(logits):
    masks = decoded(logits, background=10.)
    assert masks.shape == (len(logits), 40, 56)
    assert not masks.any()


def test_padding_is_cut_off():
    # The image is the upper left of the input; one map is high in the padding alone.
    logits = torch.zeros(2, ROWS, COLUMNS)
    logits[0, 9, :], logits[1, :, 3:] = 5, 5
    masks = decoded(logits, 1., height=32, width=40)
    assert not masks[0].any()
    assert_largest(masks, dense(logits, 1., (1., 1.), 32, 40))
    assert masks[1, :, 14:].all()


def test_beyond_the_map_it_goes_on_as_it_ends():
    assert decoded(torch.full((1, ROWS, COLUMNS), 2.), 1., height=48, width=63).all()


def test_a_higher_map_takes_pixels_but_no_more():
    # Two maps overlap in the middle third, where the second is higher.
    logits = torch.zeros(2, ROWS, 12)
    logits[0, :, :8], logits[1, :, 4:] = 4, 6
    masks = decoded(logits, 1., height=40, width=48)
    assert masks[0].sum() + masks[1].sum() == 40 * 48
    # Between two cells' centres 4 falls to 0 as 6 rises from it: the second is higher once past the middle.
    assert masks[1, :, 17:].all()
    assert masks[0, :, :16].all()
    assert_largest(masks, dense(logits, 1., (1., 1.), 40, 48))


def test_sixteen_bits():
    logits = blobs()
    half = logits.half()
    assert torch.equal(decoded(half), decoded(half.float()))


def test_logits_are_left_as_they_are():
    logits = blobs().requires_grad_()
    before = logits.detach().clone()
    decoded(logits)
    assert torch.equal(logits.detach(), before)
