"""Embeddings as points."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.visualization import Overlay, ShowEmbeddingScatter
from mmvist.visualization.colours import GROUND, colour

A, B, C = (2., 0, 0, 0), (-2., 0, 0, 0), (0., 1, 0, 0)
SCATTER = ShowEmbeddingScatter([.5, 1.5])
# The instances are reached at 2.5, and the image is 500 wide: 250 pixels for 2.5 + 1.5.
SCALE = 62.5


def drawn_in(plot, track):
    """Pixels (P, 2) xy in the colour of a track, lines but for their soft edges."""
    rows, columns = np.nonzero(np.abs(plot.astype(int) - colour(track)).max(2) < 50)
    return np.stack([columns, rows], 1)


def runs(line):
    """Middles of the stretches of a row of bools that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line, [0]])))
    return ((edges[::2] + edges[1::2] - 1) / 2).tolist()


def test_circles_have_their_radii_around_the_means(image, embedded):
    plot = SCATTER.draw(image, embedded(0, {0: A, 1: B}), ())
    assert plot.shape == image.shape
    for track, middle in ((0, 250 + 2 * SCALE), (1, 250 - 2 * SCALE)):
        found = drawn_in(plot, track)
        for low, high, middle_at in zip(found.min(0), found.max(0), (middle, 200), strict=True):
            assert (high - low) / 2 == pytest.approx(1.5 * SCALE, abs=1.5)
            assert (high + low) / 2 == pytest.approx(middle_at, abs=1)
    # Along the row through the middle: the outer circle, the inner one, the mean, and back.
    row = (np.abs(plot[199].astype(int) - GROUND).max(1) > 60)[260:]
    assert runs(row) == pytest.approx([375 + SCALE * at - 260.5 for at in (-1.5, -.5, 0, .5, 1.5)], abs=1)


def test_upwards_and_to_the_right_is_more(image, embedded):
    plot = SCATTER.draw(image, embedded(0, {0: A, 1: B, 2: C}), ())
    right, left, up = (drawn_in(plot, track).mean(0) for track in range(3))
    assert left[0] < up[0] < right[0]
    assert up[1] < right[1] == pytest.approx(left[1], abs=2)
    # At one scale: 4 apart, and 1 higher.
    assert (right[1] - up[1]) / (right[0] - left[0]) == pytest.approx(1 / 4, abs=.02)


def test_points_lie_where_embeddings_do(image, embedded):
    found = embedded(0, {0: A, 1: B})
    found.features['embedding'][1, 10:20, :10] = np.repeat([-1, 1], 5)
    plot = SCATTER.draw(image, found, ())
    # Track 0 has two clouds, 1 above and 1 below its mean; along axis 1 it reaches 1.25 * 2 and a circle of 1.5.
    scale = 200 / 4
    column = round(250 + 2 * scale) - 1
    for row in (200 - scale, 200 + scale):
        assert plot[round(row) - 1, column] == pytest.approx(colour(0), abs=5)


def test_one_pixel_has_a_mean(image, embedded, box_mask):
    found = embedded(0, {0: A, 1: B})
    found = replace(found, masks=(found.masks[0], box_mask((100, 100, 110, 110), 400, 500)))
    assert (SCATTER.draw(image, found, ()) == SCATTER.draw(image, embedded(0, {0: A, 1: B}), ())).all()


@pytest.mark.parametrize('tracks', [{}, {2: A}])
def test_instances_without_pixels_are_not_there(image, embedded, tracks):
    found = embedded(0, tracks)
    plot = SCATTER.draw(image, replace(found, masks=(None,) * len(found)), ())
    assert (plot == GROUND).all()


def test_many_pixels_look_the_same_every_time(image, embedded):
    found = embedded(0, {0: A, 1: B})
    dense = np.repeat(np.repeat(found.features['embedding'], 8, 1), 8, 2)
    dense = dense + np.random.default_rng(0).normal(scale=.2, size=dense.shape)
    found = replace(found, features={'embedding': dense.astype(np.float32)})
    assert (SCATTER.draw(image, found, ()) == SCATTER.draw(image, found, ())).all()


def test_limits_stay(image, embedded):
    overlay = Overlay((), [{'type': 'ShowEmbeddingScatter', 'radii': [.5, 1.5]}])
    first = overlay.draw(image, embedded(0, {0: A, 1: B}))
    assert (overlay.draw(image, embedded(1, {0: A, 1: B}, background=7.)) == first).all()
    alone = overlay.draw(image, embedded(2, {0: A}))
    assert drawn_in(alone, 0).max(0).tolist() == drawn_in(first, 0).max(0).tolist()
    # One that goes beyond them pushes them out: to 1.25 * 6 and a circle.
    wide = overlay.draw(image, embedded(3, {0: (6., 0, 0, 0)}))
    assert drawn_in(wide, 0)[:, 0].max() == pytest.approx(250 + 250 * 7.5 / 9, abs=2)


@pytest.mark.parametrize('radii', [[], [0., 1.], [.5, -1.]])
def test_radii_that_cannot_be(radii):
    with pytest.raises(ValueError, match='ShowEmbeddingScatter: radii must be above 0, got'):
        ShowEmbeddingScatter(radii)
