"""How much of each cell of a box a mask covers: counted on a fine raster, and by hand."""

import numpy as np
import pytest
import torch

from mmvist.structures import rle
from mmvist.structures.masks import BoxMasks, RLEMasks

HEIGHT, WIDTH = 6, 8
SIZE = 2, 3
FULL = torch.tensor([[0., 0., WIDTH, HEIGHT]])


def pixels(*masks):
    return RLEMasks(tuple(rle.encode(np.asarray(mask)) for mask in masks), *np.shape(masks[0]))


def counted(mask, box, fine=12, margin=8):
    """Cells of a raster `fine` times as fine, far beyond the image; edges of cells must lie between two of its own."""
    raster = np.kron(np.pad(mask, margin), np.ones((fine, fine)))
    left, top, right, bottom = (round((side + margin) * fine) for side in box)
    crop = raster[top:bottom, left:right]
    return crop.reshape(SIZE[0], crop.shape[0] // SIZE[0], SIZE[1], -1).mean((1, 3))


@pytest.mark.parametrize('box', [
    (1, 2, 4, 4),                       # a cell a pixel
    (0, 0, 8, 6),
    (0.5, 1.25, 3.5, 4.25),
    (2.25, 3.25, 2.75, 3.75),           # within one pixel
    (2.75, 1.75, 3.25, 2.25),           # where four meet
    (-3, -2, 9, 10),
    (-2.5, 3.5, 0.5, 4),
    (6.5, 4.75, 11, 7.25),
    (-8, -8, -2, -2), (8, 6, 11, 8)])   # nothing of the image inside
@pytest.mark.parametrize('scale', [(1., 1.), (2., 0.5)])
def test_areas_are_exact(box, scale):
    mask = np.random.default_rng(0).random((HEIGHT, WIDTH)) < 0.6
    bboxes = torch.tensor([box]) * torch.tensor([*scale, *scale])
    shares = pixels(mask).coverage(bboxes, scale, SIZE)
    assert shares.dtype == torch.float32
    np.testing.assert_allclose(shares[0], counted(mask, box), atol=1e-6)


def test_by_hand():
    # Of the cells from 1/2 to 2 and from 2 to 7/2, the two columns from 1 to 3 fill 1 of 3/2 each.
    mask = np.zeros((HEIGHT, WIDTH))
    mask[:, 1:3] = 1
    shares = pixels(mask).coverage(torch.tensor([[0.5, 0., 3.5, 6.]]), (1., 1.), (1, 2))
    np.testing.assert_allclose(shares, [[[2 / 3, 2 / 3]]], atol=1e-6)


def test_each_mask_has_its_own_box():
    left, nothing = np.zeros((HEIGHT, WIDTH)), np.zeros((HEIGHT, WIDTH))
    left[:, :4] = 1
    bboxes = torch.tensor([[0., 0., 8., 6.], [0., 0., 4., 6.], [3., 0., 5., 6.], [0., 0., 8., 6.]])
    shares = pixels(left, left, left, nothing).coverage(bboxes, (1., 1.), (1, 2))
    assert shares.tolist() == [[[1, 0]], [[1, 1]], [[1, 0]], [[0, 0]]]


def test_no_mask():
    assert RLEMasks((), HEIGHT, WIDTH).coverage(torch.zeros(0, 4), (1., 1.), SIZE).shape == (0, *SIZE)
    assert BoxMasks(torch.zeros(0, 4, 4), torch.zeros(0, 4)).coverage(torch.zeros(0, 4), (1., 1.), SIZE
                                                                      ).shape == (0, *SIZE)


@pytest.mark.parametrize('box', [(3.5, 1., 3.5, 4.), (100.5, 10., 100.5, 20.), (150.2, 30.7, 150.2, 30.7),
                                 (120., 10., 110., 20.)])
def test_boxes_without_a_side_are_covered_by_something_between_nothing_and_all(box):
    shares = pixels(np.ones((200, 200))).coverage(torch.tensor([box]), (1., 1.), SIZE)
    assert ((shares >= 0) & (shares <= 1 + 1e-5)).all()


@pytest.mark.parametrize(('threshold', 'expected'), [(0.5, [[1, .5], [.25, 0]]), (0.7, [[.5, .5], [0, 0]])])
def test_cells_of_a_grid_count_from_the_threshold_on(threshold, expected):
    grid = torch.tensor([[.5, .9, .8, .0],
                         [.7, .6, .8, .4],
                         [.1, .1, .0, .0],
                         [.6, .1, .0, .49]])
    assert BoxMasks(grid[None], FULL, threshold).coverage(FULL, (1., 1.), (2, 2))[0].tolist() == expected


def test_a_grid_of_its_own_size_is_what_is_inside():
    grids = torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(0))
    shares = BoxMasks(grids, FULL.expand(3, 4)).coverage(FULL.expand(3, 4), (1., 1.), SIZE)
    assert torch.equal(shares, (grids >= 0.5).float())


@pytest.mark.parametrize(('columns', 'expected'), [(28, [[1, 1]] * 2), (14, [[1, 0]] * 2), (7, [[.5, 0]] * 2)])
def test_both_kinds_agree(columns, expected):
    # A mask over the left of a box, in the network's pixels and in the image's, of which there are twice as many.
    box = torch.tensor([[4., 2., 18., 16.]])
    grid = torch.zeros(1, 28, 28)
    grid[:, :, :columns] = 1
    soft = BoxMasks(grid, box)
    hard = RLEMasks(tuple(soft.encode((0.5, 0.5), 40, 50)), 40, 50)
    for masks in (soft, hard):
        np.testing.assert_allclose(masks.coverage(box, (0.5, 0.5), (2, 2))[0], expected, atol=1e-6)
