import math

import pytest
import torch
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction

SHAPES = torch.tensor([[3, 4], [2, 2]])
STARTS = torch.tensor([0, 12])


def attend(value, locations, weights):
    return MultiScaleDeformableAttnFunction.apply(value, SHAPES, STARTS, locations, weights, 64)


def read(level, x, y):
    """A map (h, w, C) at pixel coordinates, where (0, 0) is the first pixel's centre and all outside is zero."""
    height, width, channels = level.shape
    total = level.new_zeros(channels)
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(x), math.floor(x) + 1):
            if 0 <= row < height and 0 <= column < width:
                total = total + (1 - abs(x - column)) * (1 - abs(y - row)) * level[row, column]
    return total


def one_by_one(value, locations, weights):
    """The definition: for each query and head the weighted sum of every sample of every level."""
    num, queries, heads, levels, points, _ = locations.shape
    output = value.new_zeros(num, queries, heads, value.shape[-1])
    for n, query, head, level, point in torch.cartesian_prod(*map(torch.arange, (num, queries, heads, levels, points))):
        height, width = SHAPES[level].tolist()
        pixels = value[n, STARTS[level]:STARTS[level] + height * width, head].view(height, width, -1)
        x, y = locations[n, query, head, level, point].tolist()
        output[n, query, head] += weights[n, query, head, level, point] * read(pixels, x * width - .5, y * height - .5)
    return output.flatten(2)


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(0)
    value = torch.randn(2, 16, 2, 3, generator=generator, dtype=torch.float64)
    # some lie outside of the maps
    locations = torch.rand(2, 3, 2, 2, 2, 2, generator=generator, dtype=torch.float64) * 1.4 - .2
    weights = torch.rand(2, 3, 2, 2, 2, generator=generator, dtype=torch.float64)
    return value, locations, weights


def test_the_middle_of_a_pixel_is_its_value():
    value = torch.arange(16.).view(1, 16, 1, 1)
    locations = torch.tensor([[2.5 / 4, 1.5 / 3], [.25, .75]]).view(1, 1, 1, 2, 1, 2)      # pixels 6 and 12 + 2
    assert attend(value, locations, torch.tensor([1., 10.]).view(1, 1, 1, 2, 1)).tolist() == [[[146.]]]


def test_equals_the_loop(inputs):
    torch.testing.assert_close(attend(*inputs), one_by_one(*inputs))


def test_gradients_are_those_of_small_changes(inputs):
    assert torch.autograd.gradcheck(attend, [tensor.requires_grad_() for tensor in inputs])


def test_mixed_precision(inputs):
    value, locations, weights = (tensor.float() for tensor in inputs)
    # as mmcv under autocast: the values are half, what they are sampled with is not
    output = attend(value.bfloat16(), locations, weights)
    assert output.dtype == torch.bfloat16
    torch.testing.assert_close(output.float(), attend(value, locations, weights), rtol=.1, atol=.1)
