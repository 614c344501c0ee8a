"""Embeddings as colours."""

import numpy as np
import pytest

from mmvist.visualization import Overlay, ShowEmbedding

A, B, C = (3., 0, 0, 0), (-3., 0, 0, 0), (0., 2, 0, 0)
GREY = 127.5
# An instance ends at four fifths of what is reached, 102 of 127.5 grey levels from the middle.
FAR = 102


def at(drawn, track):
    """The colour of an instance, BGR, which is one."""
    part = drawn[100:200, 100 * track:100 * track + 100].reshape(-1, 3)
    assert (part == part[0]).all()
    return part[0]


def test_two_instances_differ_in_red(image, embedded):
    drawn = ShowEmbedding().draw(image, embedded(0, {0: A, 1: B}), ())
    assert drawn.shape == image.shape
    assert at(drawn, 0) == pytest.approx([GREY, GREY, GREY + FAR], abs=1)
    assert at(drawn, 1) == pytest.approx([GREY, GREY, GREY - FAR], abs=1)
    assert drawn[300, 300] == pytest.approx([GREY] * 3, abs=1)


def test_one_scale_for_all_channels(image, embedded):
    drawn = ShowEmbedding().draw(image, embedded(0, {0: A, 1: B, 2: C, 3: (0, -2, 0, 0)}), ())
    assert at(drawn, 2) == pytest.approx([GREY, GREY + FAR * 2 / 3, GREY], abs=1)
    assert at(drawn, 3) == pytest.approx([GREY, GREY - FAR * 2 / 3, GREY], abs=1)


def test_small_differences_are_small(image, embedded):
    drawn = ShowEmbedding().draw(image, embedded(0, {0: (.1, 0, 0, 0), 1: (-.1, 0, 0, 0)}), ())
    assert at(drawn, 0) == pytest.approx([GREY, GREY, GREY * 1.1], abs=1)


def test_the_same_embedding_has_the_same_colour_in_every_frame(image, embedded):
    overlay = Overlay((), [{'type': 'ShowEmbedding'}])
    first = overlay.draw(image, embedded(0, {0: A, 1: B}))
    for frame, (tracks, background) in enumerate((({0: B, 1: A}, 0.), ({2: A}, 0.), ({3: B}, 9.)), 1):
        drawn = overlay.draw(image, embedded(frame, tracks, background))
        for track, values in tracks.items():
            assert (at(drawn, track) == at(first, 0 if values == A else 1)).all()


def test_a_third_instance_turns_nothing_round(image, embedded):
    overlay = Overlay((), [{'type': 'ShowEmbedding'}])
    overlay.draw(image, embedded(0, {0: A, 1: B}))
    drawn = overlay.draw(image, embedded(1, {0: A, 1: B, 2: C}))
    assert at(drawn, 0)[2] == pytest.approx(GREY + FAR, abs=1)
    assert at(drawn, 1)[2] == pytest.approx(GREY - FAR, abs=1)


def test_without_instances(image, embedded):
    ramp = np.zeros((4, 40, 50))
    ramp[1] = np.linspace(-3, 3, 50)
    drawn = ShowEmbedding().draw(image, embedded(0, {}, ramp), ())
    assert (np.diff(drawn[200, :, 2].astype(int)) >= 0).all()
    assert np.ptp(drawn[200, :, 2]) > 150
    assert (drawn[..., :2] == drawn[0, 0, :2]).all()
