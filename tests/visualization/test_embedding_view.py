"""Axes that embeddings of a video are looked at along."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.visualization.embedding_view import EmbeddingView, embeddings_of, follow

A, B, C = (3., 0, 0, 0), (-1., 0, 0, 0), (1., 1, 0, 0)


def test_two_instances(embedded):
    view = follow(None, embedded(0, {0: A, 1: B}), 3)
    assert view.centre == pytest.approx([1, 0, 0, 0])
    assert view.axes[:, 0] == pytest.approx([1, 0, 0, 0])
    assert view.axes.T @ view.axes == pytest.approx(np.eye(3))
    # They are 2 from the middle; a quarter more is shown.
    assert view.reach == pytest.approx([2.5, 0, 0])
    assert view.num_instances == 2
    assert view.project(np.array([A, B]))[:, 0] == pytest.approx([2, -2])


def test_each_instance_counts_alike(embedded, box_mask):
    found = embedded(0, {0: A, 1: B})
    # Of the second, one pixel of the map is seen.
    found = replace(found, masks=(found.masks[0], box_mask((100, 100, 110, 110), 400, 500)))
    assert follow(None, found, 2).centre == pytest.approx([1, 0, 0, 0])


def test_frames_that_show_no_more_are_seen_from_the_same_place(embedded):
    first = follow(None, embedded(0, {0: A, 1: B}), 2)
    for later in ({2: C, 3: (0, 0, 1, 0)}, {4: C}, {}):
        view = follow(first, embedded(1, later), 2)
        assert (view.axes is first.axes, view.centre is first.centre, view.num_instances) == (True, True, 2)


def test_what_is_reached_only_grows_and_in_steps(embedded):
    view = follow(None, embedded(0, {0: (2, 0, 0, 0), 1: (-2, 0, 0, 0)}), 2)
    for farthest, reach in ((2.4, 2.5), (1, 2.5), (2.6, 1.25 * 2.6), (3, 1.25 * 2.6)):
        view = follow(view, embedded(1, {0: (farthest, 0, 0, 0)}), 2)
        assert view.reach == pytest.approx([reach, 0])


def test_what_an_instance_scatters_is_reached(embedded):
    found = embedded(0, {0: (0, 0, 0, 0)})
    # The standard deviation of a half at 1 and a half at -1 is 1.
    found.features['embedding'][0, 10:20, :10] = np.tile([1, -1], 5)
    assert follow(None, found, 2).reach == pytest.approx([1.25 * 2, 0])


@pytest.mark.parametrize('sign', [1, -1])
def test_a_new_view_is_no_mirror_image_of_the_last(embedded, sign):
    last = follow(None, embedded(0, {0: A, 1: B}), 2)
    last = replace(last, axes=sign * last.axes)
    view = follow(last, embedded(1, {0: A, 1: B, 2: C}), 2)
    assert view.num_instances == 3
    assert view.centre == pytest.approx([1, 1 / 3, 0, 0])
    # The three lie in the plane of the first two numbers, and axis 0 is in it already.
    assert view.axes[:, 0] == pytest.approx([sign, 0, 0, 0])
    assert abs(view.axes[:, 1]) == pytest.approx([0, 1, 0, 0])
    assert view.reach[0] == last.reach[0]


def test_axes_are_turned_as_little_as_can_be(embedded):
    # Half way between two numbers, of which the first varies more.
    last = EmbeddingView(np.zeros(4), np.array([[1, -1], [1, 1], [0, 0], [0, 0]]) / np.sqrt(2), np.ones(2), 1)
    view = follow(last, embedded(0, {0: A, 1: B, 2: C}), 2)
    assert view.axes == pytest.approx(last.axes)


def test_the_image_decides_where_instances_do_not_vary(embedded):
    background = np.zeros((4, 40, 50))
    background[2] = np.linspace(-5, 5, 50)
    background[3] = np.linspace(-1, 1, 40)[:, None]
    view = follow(None, embedded(0, {0: A, 1: B}, background), 3)
    assert abs(view.axes) == pytest.approx(np.eye(4)[:, [0, 2, 3]], abs=.1)


def test_without_instances_the_image_is_one_until_there_are_some(embedded):
    background = np.zeros((4, 40, 50))
    background[2] = np.linspace(-5, 5, 50)
    first = follow(None, embedded(0, {}, background), 2)
    assert (first.num_instances, first.axes[:, 0]) == (0, pytest.approx([0, 0, 1, 0]))
    assert first.reach[0] == pytest.approx(1.25 * 2 * background[2].std())
    assert follow(first, embedded(1, {}, 3.), 2) is first
    then = follow(first, embedded(2, {0: A}), 2)
    assert (then.num_instances, then.centre) == (1, pytest.approx(A))
    assert then.reach == pytest.approx([0, 0])


def test_short_embeddings_get_zeros(embedded):
    found = embedded(0, {0: A, 1: B})
    found = replace(found, features={'embedding': found.features['embedding'][:1]})
    assert embeddings_of(found, 3).shape == (2000, 3)
    assert abs(follow(None, found, 3).axes[:, 0]) == pytest.approx([1, 0, 0])
