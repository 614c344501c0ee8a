"""Flow as colours."""

import numpy as np
import pytest

from mmvist.io.flow import NOWHERE
from mmvist.structures import FrameResult, Video
from mmvist.visualization.flow import ShowFlow, flow_colours


def colour_of(right, down, longest=1.0):
    return flow_colours(np.array([[[right, down]]], np.float64), longest)[0, 0].tolist()


def test_directions_by_hand():
    # Blue, green, red.
    assert colour_of(0, 0) == [255, 255, 255]
    blue, green, red = colour_of(1, 0)
    assert (blue, red) == (0, 255)
    assert green < 30
    assert colour_of(-1, 0)[2] < 30          # cyan
    assert colour_of(0, 1)[0] < 30           # yellow
    assert len({tuple(colour_of(*np.round([np.cos(a), np.sin(a)], 3))) for a in np.arange(0, 6.28, .3)}) == 21


def test_shorter_is_paler_and_too_long_is_darker():
    full, half, long = (np.array(colour_of(length, 0)) for length in (1, .5, 2))
    assert np.abs(half - (255 + full) / 2).max() <= 1
    assert np.abs(long - .75 * full).max() <= 1
    assert colour_of(3, 0, longest=3) == full.tolist()


def test_neighbours_on_the_wheel_are_alike_all_around():
    angles = np.linspace(-np.pi, np.pi, 400)
    colours = flow_colours(np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None], 1.0)[0].astype(int)
    assert np.abs(np.diff(colours, axis=0)).max() < 20
    assert np.abs(colours[0] - colours[-1]).max() < 20


def result_of(flow):
    return FrameResult(Video(1, 'v', 4, 6, 3), 1, *[np.zeros(0, np.int64)] * 2, np.zeros(0, np.float32),
                       np.zeros((0, 4), np.float32), (), features={'flow': flow})


def test_a_drawing_shows_where_things_went():
    part, image = ShowFlow(), np.zeros((8, 12, 3), np.uint8)
    # What was one pixel farther left has gone to the right.
    flow = np.zeros((2, 4, 6), np.float32)
    flow[0, :, :3] = -1
    drawn = part.draw(image, result_of(flow), ())
    assert drawn.shape == (8, 12, 3)
    assert drawn[0, 0].tolist() == colour_of(1, 0)
    assert drawn[0, -1].tolist() == [255, 255, 255]
    assert not image.any()


def test_what_is_unknown_is_grey_and_does_not_count():
    part, flow = ShowFlow(), np.full((2, 4, 6), 3, np.float32)
    flow[:, :2] = NOWHERE
    assert part.remember(None, result_of(flow)) == pytest.approx(3 * 2 ** .5)
    drawn = part.draw(np.zeros((4, 6, 3), np.uint8), result_of(flow), ())
    assert (drawn[:2] == 96).all()
    assert (drawn[2:] == colour_of(-3, -3, 3 * 2 ** .5)).all()
    assert part.remember(None, result_of(np.full((2, 4, 6), NOWHERE, np.float32))) == 0


def test_lengths_follow_the_video_slowly():
    part, flow = ShowFlow(), np.full((2, 4, 6), 3, np.float32)
    first = part.remember(None, result_of(flow))
    assert first == pytest.approx(3 * 2 ** .5)
    assert part.remember(first, result_of(11 * flow)) == pytest.approx(.9 * first + .1 * 11 * first)
    assert part.remember(0.0, result_of(flow)) == pytest.approx(first)
