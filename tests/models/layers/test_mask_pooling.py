"""Means of features under masks, by hand."""

import pytest
import torch

from mmvist.models.layers.mask_pooling import box_pooling, mask_pooling


def features(regions=3, channels=4, size=(5, 6), seed=0):
    return torch.randn(regions, channels, *size, generator=torch.Generator().manual_seed(seed))


def coverage(regions=3, size=(5, 6), seed=1):
    """Some cells are covered, some are not, some in part."""
    return (torch.rand(regions, *size, generator=torch.Generator().manual_seed(seed)) * 2 - .5).clamp(0, 1)


def test_all_ones_is_average_pooling():
    some = features()
    torch.testing.assert_close(mask_pooling(some, torch.ones(3, 5, 6)), some.mean((2, 3)))
    torch.testing.assert_close(box_pooling(some), some.mean((2, 3)))


def test_by_hand():
    # (2 * 1 + 6 * 1/2) / (3/2), and the negative of it.
    some = torch.tensor([[2., 50.], [6., 70.]])
    shares = torch.tensor([[1., 0.], [.5, 0.]])
    torch.testing.assert_close(mask_pooling(torch.stack([some, -some])[None], shares[None]),
                               torch.tensor([[10 / 3, -10 / 3]]))


def test_a_region_after_the_other():
    some, shares = features(), coverage()
    expected = torch.stack([(maps * share).sum((1, 2)) / share.sum() for maps, share in zip(some, shares, strict=True)])
    torch.testing.assert_close(mask_pooling(some, shares), expected)


def test_only_features_under_the_mask_get_a_gradient():
    some, shares = features().requires_grad_(), coverage()
    mask_pooling(some, shares).square().sum().backward()
    covered = (shares > 0)[:, None].expand_as(some)
    assert (some.grad[~covered] == 0).all()
    assert (some.grad[covered] != 0).all()
    assert 10 < covered[:, 0].sum() < 80


def test_a_region_without_a_covered_cell_gets_the_mean_of_its_box():
    some, shares = features(), coverage()
    shares[1] = 0
    pooled = mask_pooling(some, shares)
    torch.testing.assert_close(pooled[1], some[1].mean((1, 2)))
    torch.testing.assert_close(pooled[[0, 2]], mask_pooling(some[[0, 2]], shares[[0, 2]]))


@pytest.mark.parametrize('factor', [1e-3, .5, 1 / 3])
def test_only_the_shape_of_the_coverage_counts(factor):
    torch.testing.assert_close(mask_pooling(features(), coverage() * factor), mask_pooling(features(), coverage()))


def test_no_region():
    assert mask_pooling(features(0), coverage(0)).shape == (0, 4)
    assert box_pooling(features(0)).shape == (0, 4)


@pytest.mark.parametrize('shares', [torch.ones(1, 14, 14), torch.zeros(1, 14, 14), torch.eye(14)[None]])
def test_sixteen_bits_do_not_overflow(shares):
    # The sum over the cells would be larger than any number of 16 bits.
    large = torch.full((1, 2, 14, 14), 6e4, dtype=torch.float16)
    pooled = mask_pooling(large, shares)
    assert pooled.dtype == torch.float16
    torch.testing.assert_close(pooled.float(), torch.full((1, 2), 6e4), rtol=2e-3, atol=0)


def test_mixed_precision():
    some, shares = features(), coverage()
    with torch.autocast('cpu', torch.bfloat16):
        pooled = mask_pooling(some.bfloat16(), shares)
    torch.testing.assert_close(pooled.float(), mask_pooling(some, shares), rtol=2e-2, atol=1e-2)
