import importlib
import math

import pytest
import torch
from mmcv.ops import RoIAlign, roi_align

from mmvist.ops import lookups

CHANNELS = [1, 8]       # pooled as crops, and by looking pixels up


def by_definition(image, rois, num_bins, scale, sampling_ratio, aligned):
    """mmcv's rule, sample by sample."""
    num_rows, num_columns = num_bins
    height, width = image.shape[2:]
    result = []
    for number, *corners in rois.tolist():
        x1, y1, x2, y2 = (corner * scale - (0.5 if aligned else 0) for corner in corners)
        bin_width, bin_height = (
            (extent if aligned else max(extent, 1)) / bins
            for extent, bins in ((x2 - x1, num_columns), (y2 - y1, num_rows)))
        across, down = (sampling_ratio or math.ceil(size) for size in (bin_width, bin_height))
        for row in range(num_rows):
            for column in range(num_columns):
                total = image.new_zeros(image.shape[1])
                for i in range(down):
                    for j in range(across):
                        y = y1 + (row + (i + 0.5) / down) * bin_height
                        x = x1 + (column + (j + 0.5) / across) * bin_width
                        if -1 <= y <= height and -1 <= x <= width:
                            total = total + bilinear(image[int(number)], y, x)
                result.append(total / max(across * down, 1))
    return torch.stack(result).view(len(rois), num_rows, num_columns, -1).permute(0, 3, 1, 2)


def bilinear(image, y, x):
    _, height, width = image.shape
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = image[:, top, left] * (left + 1 - x) + image[:, top, right] * (x - left)
    lower = image[:, bottom, left] * (left + 1 - x) + image[:, bottom, right] * (x - left)
    return upper * (top + 1 - y) + lower * (y - top)


@pytest.fixture
def rois():
    """In images of 44 by 28 units, seen at a quarter of the scale."""
    return torch.tensor([
        [0, 3.3, 2.1, 30.7, 25.9],          # inside
        [1, 0, 0, 44, 28],                  # all of it
        [1, -9.5, -14.2, 9.1, 3.7],         # over a corner
        [0, 35.2, 20.9, 60.4, 47.3],        # over the other
        [0, 11, 7, 11, 7],                  # a point
        [1, 10, 4, 10.5, 26],               # narrow
        [0, 100, 90, 120, 130],             # outside
        [1, -50, -40, -20, -30]], dtype=torch.float64)


@pytest.fixture
def image():
    def make(channels):
        generator = torch.Generator().manual_seed(0)
        return torch.randn(2, channels, 7, 11, generator=generator, dtype=torch.float64)
    return make


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize(('sampling_ratio', 'aligned', 'expected'), [
    (0, True, [[2.5, 4.5], [10.5, 12.5]]),        # each bin averages its four pixels
    (1, True, [[2.5, 4.5], [10.5, 12.5]]),        # the middle between the four
    (1, False, [[5, 7], [13, 15]]),               # sampled at 1 and 3, where a pixel is
    (2, False, [[5, 6.75], [12, 13.75]])])        # at 0.5, 1.5 and 2.5, 3.5, the last clamped to 3
def test_worked_example(channels, sampling_ratio, aligned, expected):
    image = torch.arange(16.0).view(1, 1, 4, 4).repeat(1, channels, 1, 1)
    pooled = roi_align(image, torch.tensor([[0, 0, 0, 4.0, 4]]), (2, 2), 1.0, sampling_ratio, 'avg', aligned)
    assert pooled.tolist() == [[expected] * channels]


@pytest.mark.parametrize('channels', CHANNELS)
def test_border_counts_up_to_one_pixel_outside(channels):
    image = torch.ones(1, channels, 4, 4)
    rois = torch.tensor([[0, 0, -2.0, 4, 2],      # rows at -2, -1, 0, 1
                         [0, 0, 3.0, 4, 7]])      # rows at 3, 4, 5, 6
    pooled = roi_align(image, rois, (4, 1), 1.0, 1, 'avg', True)
    assert pooled[:, -1, :, 0].tolist() == [[0, 1, 1, 1], [1, 1, 0, 0]]


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling_ratio', [0, 1, 3])
def test_equals_the_definition(image, rois, channels, sampling_ratio, aligned):
    arguments = rois, (3, 2), 0.25, sampling_ratio
    pooled = roi_align(image(channels), *arguments, 'avg', aligned)
    torch.testing.assert_close(pooled, by_definition(image(channels), *arguments, aligned))


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling_ratio', [0, 2])
def test_gradient_equals_that_of_the_definition(image, rois, channels, sampling_ratio, aligned):
    ours, theirs = image(channels).requires_grad_(), image(channels).requires_grad_()
    arguments = rois, (2, 3), 0.25, sampling_ratio
    pooled = roi_align(ours, *arguments, 'avg', aligned)
    weights = torch.linspace(-1, 1, pooled.numel(), dtype=torch.float64).view_as(pooled)
    (pooled * weights).sum().backward()
    (by_definition(theirs, *arguments, aligned) * weights).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize('sampling_ratio', [0, 2])
def test_gradient_equals_the_numerical_one(image, rois, sampling_ratio):
    features = image(8)[:, :, :4, :4].clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda features: roi_align(features, rois[:4], (2, 2), 0.25, sampling_ratio, 'avg', True), features,
        fast_mode=True)


@pytest.mark.parametrize('channels', CHANNELS)
def test_portions_give_the_same(monkeypatch, image, rois, channels):
    def pool():
        features = image(channels).requires_grad_()
        pooled = roi_align(features, rois, (3, 2), 0.25, 0, 'avg', True)
        pooled.square().sum().backward()
        return pooled.detach(), features.grad

    at_once = pool()
    monkeypatch.setattr(lookups, 'LOOKUPS', 1)
    monkeypatch.setattr(importlib.import_module('mmvist.ops.roi_align'), 'CROPS', 1)
    for whole, parts in zip(at_once, pool(), strict=True):
        torch.testing.assert_close(parts, whole)


@pytest.mark.parametrize('channels', CHANNELS)
def test_memory_layout_does_not_matter(image, rois, channels):
    features = image(channels)
    expected = roi_align(features, rois, (3, 2), 0.25, 0, 'avg', True)
    last = features.contiguous(memory_format=torch.channels_last)
    part = torch.cat([features, features])[2:]
    wide = torch.cat([features, features], 3)[..., :11]
    for same in (last, part, wide):
        assert roi_align(same, rois, (3, 2), 0.25, 0, 'avg', True).equal(expected)


@pytest.mark.parametrize('channels', CHANNELS)
def test_empty(channels):
    features = torch.zeros(1, channels, 4, 4, requires_grad=True)
    pooled = RoIAlign((7, 5))(features, torch.zeros(0, 5))
    assert pooled.shape == (0, channels, 7, 5)
    pooled.sum().backward()
    assert features.grad.eq(0).all()


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision(image, rois, dtype, channels):
    features = image(channels).to(dtype).requires_grad_()
    with torch.autocast('cpu', torch.bfloat16):
        pooled = roi_align(features, rois.float(), (3, 2), 0.25, 0, 'avg', True)
    assert pooled.dtype == dtype
    expected = by_definition(features.detach().double(), rois, (3, 2), 0.25, 0, True)
    torch.testing.assert_close(pooled.double(), expected, rtol=2**-7, atol=1e-3)
    pooled.sum().backward()
    assert features.grad.dtype == dtype


@pytest.mark.parametrize('channels', CHANNELS)
def test_autocast_does_not_round_full_precision(image, rois, channels):
    features, rois = image(channels).float(), rois.float()
    with torch.autocast('cpu', torch.bfloat16):
        pooled = roi_align(features, rois, (3, 2), 0.25, 0, 'avg', True)
    assert pooled.equal(roi_align(features, rois, (3, 2), 0.25, 0, 'avg', True))


def test_inverted_roi_is_an_error():
    rois = torch.tensor([[0, 1.0, 1, 2, 2], [0, 3, 1, 2, 4]])
    with pytest.raises(RuntimeError, match=r'x2 >= x1 and y2 >= y1, got .* = \(3.0, 1.0, 2.0, 4.0\)'):
        roi_align(torch.zeros(1, 1, 4, 4), rois, (2, 2), 1.0, 0, 'avg', True)


def test_max_pooling_is_an_error():
    with pytest.raises(RuntimeError, match="pool_mode='max' needs compiled mmcv; mmvist.ops supplies 'avg'"):
        roi_align(torch.zeros(1, 1, 4, 4), torch.zeros(1, 5), (2, 2), 1.0, 0, 'max', True)
