"""Masks in their windows."""

import numpy as np
import pytest

from mmvist.structures import rle
from mmvist.visualization.outline import box_contour, outline


def masks():
    """Masks by name, (9, 7) bool."""
    rng = np.random.default_rng(0)
    yield 'full', np.ones((9, 7), bool)
    for name, (row, column) in {'first': (0, 0), 'last': (8, 6), 'middle': (4, 3)}.items():
        single = np.zeros((9, 7), bool)
        single[row, column] = True
        yield name, single
    columns = np.zeros((9, 7), bool)
    columns[:, 2:4] = True     # one run over two whole columns
    yield 'columns', columns
    yield from ((f'noise {share}', rng.random((9, 7)) < share) for share in (.1, .5, .9))


@pytest.mark.parametrize(('name', 'mask'), list(masks()))
def test_a_window_holds_the_whole_mask(name, mask):
    area = outline(rle.encode(mask), 9, 7)
    pasted = np.zeros((9, 7), np.uint8)
    area.window(pasted)[:] = area.inside
    assert (pasted == mask).all()
    # The window is tight.
    assert all(line.any() for line in (area.inside[0], area.inside[-1], area.inside[:, 0], area.inside[:, -1]))


def test_an_empty_mask():
    assert outline(rle.encode(np.zeros((9, 7), bool)), 9, 7) is None


def test_an_enlarged_rectangle_keeps_its_edges():
    mask = np.zeros((9, 7), bool)
    mask[2:6, 1:5] = True
    area = outline(rle.encode(mask), 9, 7, 3)
    assert (area.top, area.left, area.inside.shape) == (6, 3, (12, 12))
    assert area.inside.all()


def test_a_contour_follows_the_pixels_at_the_edge():
    mask = np.zeros((100, 120), bool)
    mask[20:61, 30:91] = True
    mask[30:41, 50:61] = False
    hole, edge = sorted(outline(rle.encode(mask), 100, 120).contours(), key=lambda points: np.ptp(points))
    # Straight stretches are not moved by smoothing; corners are rounded by less than two pixels.
    assert (edge.min(0), edge.max(0)) == (pytest.approx([30, 20]), pytest.approx([90, 60]))
    assert np.abs(edge - (30, 20)).max(1).min() < 2
    # The contour of a hole runs on the pixels around it.
    assert (hole.min(0), hole.max(0)) == (pytest.approx([49, 29]), pytest.approx([61, 41]))


def test_a_short_contour_stays_as_it_is():
    mask = np.zeros((9, 7), bool)
    mask[2:4, 1:4] = True
    contour, = outline(rle.encode(mask), 9, 7).contours()
    assert sorted(map(tuple, contour)) == [(1, 2), (1, 3), (2, 2), (2, 3), (3, 2), (3, 3)]


def test_a_box_is_drawn_on_its_outermost_pixels():
    assert box_contour(np.array([1, 2.2, 3.8, 6], np.float32)).tolist() == [[1, 2], [3, 2], [3, 5], [1, 5]]
