"""Recolouring, by its fixed points and against a hue computed the slow way."""

import colorsys

import numpy as np
import pytest

from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.datasets.transforms import RandomColourClip, RandomGammaClip
from mmvist.structures import Video


def clip(*colours):
    """One frame of one pixel for each BGR colour."""
    frames = (ClipFrame(index, True, '', image=np.array([[colour]], np.uint8)) for index, colour in enumerate(colours))
    return Clip(Video(0, 'v', 1, 1, len(colours)), tuple(frames))


def pixels(some):
    return [frame.image[0, 0].astype(int).tolist() for frame in some.frames]


class Draws:
    """A generator whose draws are given."""

    def __init__(self, *values):
        self.values = list(values)

    def uniform(self, low, high):
        return self.values.pop(0)


def test_no_change():
    same = RandomColourClip(0, 0, 0).transform(clip((10, 20, 30)), np.random.default_rng(0))
    assert pixels(same) == [[10, 20, 30]]


def test_greys_keep_their_hue_and_take_the_brightness():
    changed = RandomColourClip(180, 1, 1).transform(clip((100, 100, 100)), Draws(77, 1.7, 1.5))
    assert pixels(changed) == [[150, 150, 150]]


def test_a_third_of_a_turn_moves_the_channels_on():
    assert pixels(RandomColourClip(180, 0, 0).transform(clip((30, 60, 90)), Draws(120, 1, 1))) == [[90, 30, 60]]


def test_no_saturation_is_the_mean_of_the_channels():
    assert pixels(RandomColourClip(0, 1, 0).transform(clip((30, 60, 90)), Draws(0, 0, 1))) == [[60, 60, 60]]


def test_hue_moves_by_the_angle():
    (blue, green, red), = pixels(RandomColourClip(180, 0, 0).transform(clip((60, 60, 150)), Draws(-60, 1, 1)))
    before, after = (colorsys.rgb_to_hsv(*(value / 255 for value in rgb))[0] * 360
                     for rgb in ((150, 60, 60), (red, green, blue)))
    assert (after - before) % 360 == pytest.approx(60, abs=2)


def test_one_decision_for_the_clip_and_the_input_stays():
    given = clip((10, 20, 200), (10, 20, 200))
    first, second = pixels(RandomColourClip(180, .5, .5).transform(given, np.random.default_rng(3)))
    assert first == second
    assert first != [10, 20, 200]
    assert pixels(given) == [[10, 20, 200]] * 2


def test_what_is_refused():
    with pytest.raises(ValueError, match='got 200, 0 and 0'):
        RandomColourClip(200, 0, 0)
    with pytest.raises(ValueError, match='strength must lie in 0..0.7, got 0.8'):
        RandomGammaClip(.8)


def test_gamma_keeps_black_and_white_and_moves_what_is_between():
    # z = .05: ln(.5 + .0353553) / ln(.5 - .0353553) = .624825 / .766482 = .815185; 255 (100 / 255) ** .815185 = 118.9.
    given = clip((0, 100, 255))
    assert pixels(RandomGammaClip(.05).transform(given, Draws(.05))) == [[0, 119, 255]]
    # -z is the inverse power, 1.226716: 80.9.
    assert pixels(RandomGammaClip(.05).transform(given, Draws(-.05))) == [[0, 81, 255]]
    assert pixels(RandomGammaClip(.05).transform(given, Draws(0))) == pixels(given) == [[0, 100, 255]]


def test_one_gamma_for_the_clip():
    first, second = pixels(RandomGammaClip(.5).transform(clip((10, 90, 200), (10, 90, 200)), np.random.default_rng(1)))
    assert first == second != [10, 90, 200]
