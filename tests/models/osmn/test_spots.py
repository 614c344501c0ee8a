import numpy as np
import pytest
import torch

from mmvist.models.osmn.spots import find_spots, heat_maps, perturbed


def test_a_rectangle():
    masks = torch.zeros(1, 60, 80, dtype=torch.bool)
    masks[0, 10:50, 20:30] = True
    # x: 20.5..29.5, median 25, absolute deviations .5 to 4.5 twice each, median 2.5: below the least deviation.
    # y: 10.5..49.5, median 30, absolute deviations .5 to 19.5, median 10.
    assert find_spots(masks).tolist() == [pytest.approx([25, 30, 5, 14.826])]


def test_a_few_stray_pixels_change_nothing_much():
    masks = torch.zeros(2, 60, 80, dtype=torch.bool)
    masks[:, 10:50, 20:40] = True
    masks[1, 0, 60:80] = True
    clean, stray = find_spots(masks)
    assert (clean - stray).abs().max() < 0.8


def test_medians_are_numpys():
    generator = torch.Generator().manual_seed(0)
    masks = torch.rand((6, 40, 70), generator=generator) > torch.tensor([.02, .3, .5, .9, .99, .999])[:, None, None]
    masks &= torch.rand((6, 1, 70), generator=generator) > .4
    for mask, spot in zip(masks.numpy(), find_spots(masks).tolist(), strict=True):
        pixels = np.argwhere(mask)[:, ::-1] + 0.5
        centre = np.median(pixels, axis=0)
        deviation = np.maximum(1.4826 * np.median(np.abs(pixels - centre), axis=0), 5)
        assert spot == pytest.approx([*centre, *deviation], rel=1e-6)


def test_empty_masks_give_numbers():
    assert torch.isfinite(find_spots(torch.zeros(2, 6, 8, dtype=torch.bool))).all()
    assert find_spots(torch.zeros(0, 6, 8, dtype=torch.bool)).shape == (0, 4)


def test_heat_falls_like_a_normal_distribution():
    heat = heat_maps(torch.tensor([[10.5, 6.5, 4., 2.]]), 12, 20)
    assert heat.shape == (1, 1, 12, 20)
    values = heat[0, 0]
    assert values.max() == values[6, 10] == 1
    assert values[6, 14].item() == values[8, 10].item() == pytest.approx(np.exp(-0.5))
    assert values[8, 14].item() == pytest.approx(np.exp(-1))
    assert values[6, 2].item() == pytest.approx(np.exp(-2))
    assert heat_maps(torch.zeros(0, 4), 12, 20).shape == (0, 1, 12, 20)


def test_perturbation_stays_within_its_limits_and_reaches_them():
    torch.manual_seed(0)
    spots = torch.tensor([[50., 30., 10., 5.]]).repeat(2000, 1)
    moves = (perturbed(spots, 0.2, 0.4) - spots)[:, :2] / spots[:, 2:]
    growth = perturbed(spots, 0.2, 0.4)[:, 2:] / spots[:, 2:]
    assert moves.abs().max() <= 0.2 + 1e-6
    assert moves.min() < -0.19 and moves.max() > 0.19
    assert 1 / 1.4 - 1e-6 <= growth.min() < 0.73
    assert 1.38 < growth.max() <= 1.4 + 1e-6
    assert torch.equal(perturbed(spots, 0.0, 0.0), spots)
