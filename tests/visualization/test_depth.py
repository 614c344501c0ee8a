"""Depth as colours."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.visualization import Overlay, ShowDepth


def seen(result, depth, frame=0):
    return replace(result(frame), features={'depth': np.array(depth, np.float32)[None]})


def light(drawn):
    return drawn.astype(int) @ (114, 587, 299) / 1000


def test_nearer_is_brighter(image, result):
    # In equal steps of inverse depth, but for the first and last percents.
    depth = np.tile(1 / np.linspace(1, .1, 50), (40, 1))
    drawn = ShowDepth().draw(image, seen(result, depth), ())
    assert drawn.shape == image.shape
    row = light(drawn)[200]
    assert (np.diff(row) <= 1).all()
    assert (row[0] > 230, row[-1] < 10) == (True, True)
    # The middle of the range is the middle of the colours.
    assert drawn[200, 250].tolist() == pytest.approx([121, 55, 183], abs=6)


def test_what_is_endlessly_far_is_dark(image, result):
    depth = np.full((4, 5), 2.)
    depth[0] = np.inf
    drawn = ShowDepth().draw(image, seen(result, depth), ())
    assert light(drawn)[:100].max() < 5 < 200 < light(drawn)[100:].min()


def test_one_depth_everywhere(image, result):
    drawn = ShowDepth().draw(image, seen(result, np.full((4, 5), 3.)), ())
    assert (drawn == drawn[0, 0]).all()


def test_a_few_odd_pixels_do_not_decide(image, result):
    depth = 1 / np.linspace(1, .1, 2000).reshape(40, 50)
    odd = depth.copy()
    odd[20, 25] = 1e-3
    images = [ShowDepth().draw(image, seen(result, values), ()).astype(int) for values in (depth, odd)]
    difference = np.abs(images[0] - images[1]).max(2)
    assert difference[200:210, 250:260].min() > 50
    difference[200:210, 250:260] = 0
    assert difference.max() <= 3


def test_the_range_follows_slowly(result):
    shown = ShowDepth()
    first = shown.remember(None, seen(result, np.linspace(1, 2, 20).reshape(4, 5)))
    half = shown.remember(None, seen(result, np.linspace(2, 4, 20).reshape(4, 5)))
    assert half == pytest.approx(first / 2)
    assert shown.remember(first, seen(result, np.linspace(2, 4, 20).reshape(4, 5))) == pytest.approx(.95 * first)


def test_each_video_has_its_range(image, result):
    overlay = Overlay((), [{'type': 'ShowDepth'}])
    first = overlay.draw(image, seen(result, [[1, 2]]))
    assert (overlay.draw(image, seen(result, [[2, 4]], frame=1)) != first).any()
    overlay.reset()
    assert (overlay.draw(image, seen(result, [[1, 2]])) == first).all()
