"""Scores of true and of false tracks by age, by hand."""

import math

import numpy as np
import pytest

from mmvist.evaluation.functional.score_curves import (
    KINDS,
    NO_TRACKS,
    ScoreCurve,
    count_score_curves,
    score_curve_scores,
)


def track(*likeness):
    """A video in which result 7 is like objects 1, 2, ... by so much in each frame; `None`: it is not shown."""
    num_objects = max(len(values) for values in likeness if values is not None)
    objects = list(range(1, num_objects + 1))
    return [(objects, [], []) if values is None else (objects, [7], np.reshape(values, (-1, 1))) for values in likeness]


def as_lists(curve):
    return curve.sums.tolist(), curve.birth_sums.tolist(), curve.counts.tolist(), curve.last_sum


NOTHING = ([], [], [], 0)


@pytest.mark.parametrize(('frames', 'is_true'), [
    (track([.9]), True),
    (track([.5]), True),                                             # the threshold itself
    (track([np.nextafter(.5, 0)]), False),
    (track([0.]), False),
    (track([.9], [.1], [.9], [.1]), True),                           # exactly half of the frames
    (track([.9], [.1], [.1]), False),                                # less than half
    (track([.9], None, None, [.1]), True),                           # frames that it is not shown in do not count
    (track([.9, 0], [.9, 0], [0, .9], [0, .9]), True),               # changes its object: half of the frames on either
    (track([.9, 0, 0], [0, .9, 0], [0, 0, .9]), False),              # on some object always, on none for half the time
    (track([.5, .5]), True),                                         # as much on two objects at once
    (track([.5, .5], [0, 0], [0, 0], [.5, 0]), True),                # both count in full: the first is had twice
    (track([.5, .5], [0, 0], [0, 0], [0, 0]), False),                # but not once for either
])
def test_which_tracks_are_true(frames, is_true, make_similarity):
    similarity = make_similarity(frames)
    curves = count_score_curves(similarity, np.ones(len(similarity.ids), np.float32))
    assert tuple(curves) == KINDS
    assert [curves[kind].num_tracks for kind in KINDS] == [int(is_true), int(not is_true)]


def test_sums_and_counts_by_age(make_similarity):
    """Track 7 is on an object; 8 and 9 are not, 8 begins in frame 1 and pauses in frame 2."""
    similarity = make_similarity([([1], [7], [.9]),
                                  ([1], [7, 8], [.9, 0]),
                                  ([1], [9, 7], [0, .9]),
                                  ([], [8, 9], [])])
    scores = np.array([.5, .75, .5, .5, 1, .125, .25], np.float32)
    curves = count_score_curves(similarity, scores)
    assert as_lists(curves['true']) == ([.5, .75, 1], [.5, .5, .5], [1, 1, 1], 1)
    assert as_lists(curves['false']) == ([1, .25, .125], [1, .5, .5], [2, 1, 1], .375)
    assert curves['false'].means.tolist() == [.5, .25, .125]
    assert curves['false'].birth_means.tolist() == [.5, .5, .5]
    assert score_curve_scores(curves) == {'true': {'birth': .5, 'last': 1, 'tracks': 1},
                                          'false': {'birth': .5, 'last': .1875, 'tracks': 2}}


def test_ages_at_which_no_track_is_shown(make_similarity):
    similarity = make_similarity([([], [8], []), ([], [], []), ([], [8], [])])
    curve = count_score_curves(similarity, np.array([.5, .25]))['false']
    assert as_lists(curve) == ([.5, 0, .25], [.5, 0, .5], [1, 0, 1], .25)
    assert np.array_equal(curve.means, [.5, np.nan, .25], equal_nan=True)
    assert np.array_equal(curve.birth_means, [.5, np.nan, .5], equal_nan=True)


def test_survivors_are_compared_with_themselves(make_similarity):
    """Neither track changes its score; the mean rises, as the better one lives longer."""
    similarity = make_similarity([([], [7, 8], []), ([], [8], [])])
    curve = count_score_curves(similarity, np.array([.25, .75, .75]))['false']
    assert (curve.means.tolist(), curve.birth_means.tolist()) == ([.5, .75], [.5, .75])


def test_several_tracks_on_one_object_are_true(make_similarity):
    similarity = make_similarity([([1], [7, 8], [.9, .6])])
    assert as_lists(count_score_curves(similarity, np.array([.5, .25]))['true']) == ([.75], [.75], [2], .75)


@pytest.mark.parametrize(('likeness', 'share', 'expected'), [
    ([.9, 0], [0, .6], (1, 0)),         # a true track counts wherever it lies
    ([0, 0], [0, .6], (0, 0)),          # for half of its frames
    ([0, 0], [0, .5], (0, 1)),          # by no more than half
    ([0, 0], [0, 0], (0, 1)),
])
def test_ignore_regions(likeness, share, expected, make_similarity):
    similarity = make_similarity([([1], [7], [value]) for value in likeness], share)
    curves = count_score_curves(similarity, np.ones(2))
    assert tuple(curve.num_tracks for curve in curves.values()) == expected


@pytest.mark.parametrize('frames', [[], [([], [], [])], [([1, 2], [], [])]])
def test_no_tracks(frames, make_similarity):
    curves = count_score_curves(make_similarity(frames), np.zeros(0, np.float32))
    assert [as_lists(curve) for curve in curves.values()] == [NOTHING, NOTHING]
    for scores in score_curve_scores(curves).values():
        assert scores['tracks'] == 0
        assert math.isnan(scores['birth'])
        assert math.isnan(scores['last'])


def test_videos_add_up():
    """The first video's tracks grow older than the second's."""
    first = ScoreCurve(np.array([1., .5, .25]), np.array([1., .75, .75]), np.array([2, 1, 1]), .75)
    second = ScoreCurve(np.array([.5, .5]), np.array([.5, .5]), np.array([1, 1]), .5)
    for total in (first + second, second + first, NO_TRACKS + second + first):
        assert as_lists(total) == ([1.5, 1, .25], [1.5, 1.25, .75], [3, 2, 1], 1.25)
    assert as_lists(NO_TRACKS + NO_TRACKS) == NOTHING
