"""The photometric error and the smoothness, against loops and by hand."""

import math

import pytest
import torch

from mmvist.models.losses.photometric import edge_aware_smoothness, photometric_error, structural_similarity


def drawn(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def mirrored(index, size):
    """Of an index that may be one beside the image."""
    return {-1: 1, size: size - 2}.get(index, index)


def ssim_by_loop(first, second):
    """Of two images of one channel, lists of rows."""
    height, width = len(first), len(first[0])
    result = []
    for row in range(height):
        result.append([])
        for column in range(width):
            places = [(mirrored(row + down, height), mirrored(column + right, width))
                      for down in (-1, 0, 1) for right in (-1, 0, 1)]
            a, b = ([image[y][x] for y, x in places] for image in (first, second))
            mean_a, mean_b = sum(a) / 9, sum(b) / 9
            variance_a, variance_b = (sum((value - mean) ** 2 for value in values) / 9
                                      for values, mean in ((a, mean_a), (b, mean_b)))
            covariance = sum((one - mean_a) * (other - mean_b) for one, other in zip(a, b, strict=True)) / 9
            result[-1].append((2 * mean_a * mean_b + 1e-4) * (2 * covariance + 9e-4)
                              / ((mean_a ** 2 + mean_b ** 2 + 1e-4) * (variance_a + variance_b + 9e-4)))
    return result


@pytest.mark.parametrize('size', [(5, 7), (2, 2), (6, 3)])
def test_similarity_as_a_loop_says(size):
    first, second = drawn(2, 3, *size), drawn(2, 3, *size, seed=1)
    expected = [[ssim_by_loop(*channels) for channels in zip(*images, strict=True)]
                for images in zip(first.tolist(), second.tolist(), strict=True)]
    torch.testing.assert_close(structural_similarity(first, second), torch.tensor(expected, dtype=torch.float64))


def test_similarity_of_flat_images():
    # Without variance the means are left: (2 a b + C1) / (a^2 + b^2 + C1).
    dark, bright = (torch.full((1, 1, 4, 4), value, dtype=torch.float64) for value in (.2, .6))
    expected = torch.full_like(dark, (.24 + 1e-4) / (.4 + 1e-4))
    torch.testing.assert_close(structural_similarity(dark, bright), expected)


def test_an_image_is_like_itself():
    image = drawn(2, 3, 6, 5).float()
    assert (structural_similarity(image, image) == 1).all()
    assert not photometric_error(image, image).any()


@pytest.mark.parametrize('share', [0., .85, 1.])
def test_error_is_a_mixture(share):
    first, second = drawn(2, 3, 5, 6), drawn(2, 3, 5, 6, seed=1)
    unlike = (1 - structural_similarity(first, second)) / 2
    expected = share * unlike.mean(1) + (1 - share) * (first - second).abs().mean(1)
    torch.testing.assert_close(photometric_error(first, second, share), expected[:, None])


def test_error_of_flat_images_by_hand():
    unlike = (1 - (.24 + 1e-4) / (.4 + 1e-4)) / 2
    dark, bright = (torch.full((1, 3, 4, 4), value, dtype=torch.float64) for value in (.2, .6))
    expected = torch.full((1, 1, 4, 4), .85 * unlike + .15 * .4, dtype=torch.float64)
    torch.testing.assert_close(photometric_error(dark, bright), expected)


@pytest.mark.parametrize('grey', [0., .1, .5, .9])
def test_single_precision_is_enough_for_flat_images(grey):
    # The variances are small differences of large numbers.
    first, second = (grey + .02 * drawn(1, 3, 32, 32, seed=seed).float() for seed in range(2))
    torch.testing.assert_close(photometric_error(first, second).double(),
                               photometric_error(first.double(), second.double()), rtol=0, atol=5e-5)


def test_error_has_no_order_and_stays_within_0_and_1():
    first, second = drawn(4, 3, 8, 8).round().float(), drawn(4, 3, 8, 8, seed=1).round().float()
    error = photometric_error(first, second)
    assert torch.equal(error, photometric_error(second, first))
    assert 0 <= error.min() < .2
    assert .5 < photometric_error(first, 1 - first).max() <= 1


def test_gradient_of_the_error():
    inputs = drawn(1, 2, 4, 5).requires_grad_(), drawn(1, 2, 4, 5, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(photometric_error, inputs)


def test_gradient_of_equal_images_is_finite():
    image = torch.zeros(1, 3, 4, 4, requires_grad=True)
    photometric_error(image, torch.zeros(1, 3, 4, 4)).sum().backward()
    assert torch.isfinite(image.grad).all()


def test_smoothness_by_hand():
    # Mean 2; |dx| of 1 and 0, |dy| of 1/2 and 1/2 after the division. The image has an edge of .3 on the upper right.
    disparity = torch.tensor([[[[1., 3.], [2., 2.]]]], dtype=torch.float64)
    image = torch.tensor([[[[.1, .4], [.1, .1]]]], dtype=torch.float64).repeat(1, 3, 1, 1)
    expected = (1 * math.exp(-.3) + 0) / 2 + (.5 + .5 * math.exp(-.3)) / 2
    assert edge_aware_smoothness(disparity, image).item() == pytest.approx(expected, rel=1e-6)


def test_edges_are_those_of_all_channels():
    disparity = torch.tensor([[[[1., 3.], [1., 3.]]]])
    image = torch.zeros(1, 3, 2, 2)
    image[0, 0, :, 1] = .6
    assert edge_aware_smoothness(disparity, image).item() == pytest.approx(math.exp(-.2), rel=1e-6)


def test_only_the_shape_of_the_disparity_counts():
    disparity, image = .1 + drawn(2, 1, 5, 6), drawn(2, 3, 5, 6, seed=1)
    factors = torch.tensor([.2, 7.])[:, None, None, None]
    torch.testing.assert_close(edge_aware_smoothness(factors * disparity, image),
                               edge_aware_smoothness(disparity, image), rtol=1e-5, atol=0)
    assert edge_aware_smoothness(torch.full_like(disparity, .3), image).item() == 0


def test_gradient_of_the_smoothness():
    disparity, image = (.1 + drawn(2, 1, 4, 3)).requires_grad_(), drawn(2, 3, 4, 3, seed=1)
    assert torch.autograd.gradcheck(lambda values: edge_aware_smoothness(values, image), disparity)
