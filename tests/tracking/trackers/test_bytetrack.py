"""ByteTrack's three rounds on hand-worked frames."""

import pytest

from tests.tracking.scenes import tracker_config
from tests.tracking.toys import boxes, follow

BYTETRACK = tracker_config('bytetrack')


def ids(*frames):
    """Of frames of rows (x, label, score)."""
    return [instances.ids.tolist() for instances in follow(BYTETRACK, [boxes(*rows) for rows in frames])[1]]


def test_a_doubtful_box_keeps_a_track_of_the_frame_before():
    assert ids([(0, 0, .9), (50, 0, .9)], [(0, 0, .3), (50, 0, .9)], [(0, 0, .9)]) == [[0, 1], [0, 1], [0]]


def test_a_doubtful_box_does_not_bring_back_a_lost_track():
    assert ids([(0, 0, .9)], [], [(0, 0, .3)], [(0, 0, .9)]) == [[0], [], [], [0]]


def test_confident_boxes_choose_first():
    # The doubtful box lies on the track, the confident one three pixels off: 7 / 13 * .9 = .48.
    assert ids([(0, 0, .9)], [(0, 0, .5), (3, 0, .9)]) == [[0], [0]]
    _, seen, _ = follow(BYTETRACK, [boxes((0, 0, .9)), boxes((0, 0, .5), (3, 0, .9))])
    assert seen[1].bboxes[:, 0].tolist() == [3]


@pytest.mark.parametrize(('x', 'score', 'expected'), [
    (6, .85, [0]), (6, .75, []),        # overlap 4 / 16 times score: .21, .19, of at least .2
    (3, .5, [0]), (4, .5, []),          # doubtful: overlap 7 / 13 and 6 / 14, of at least .5
    (0, .1, [0]), (0, .09, [])])        # boxes below .1 take no part
def test_thresholds(x, score, expected):
    assert ids([(0, 0, .9)], [(x, 0, score)]) == [[0], expected]


@pytest.mark.parametrize(('score', 'expected'), [(.7, [0]), (.69, []), (.5, [])])
def test_who_starts_a_track(score, expected):
    assert ids([(0, 0, score)]) == [expected]


def test_a_track_that_starts_later_is_told_when_it_is_seen_again():
    assert ids([], [(0, 0, .9)], [(0, 0, .9)], [(0, 0, .3)]) == [[], [], [0], [0]]
    # Overlap times score for its second detection: 5 / 15 * .95 = .32 and 6 / 16 * .75 = .28, of at least .3.
    assert ids([], [(0, 0, .9)], [(5, 0, .95)]) == [[], [], [0]]
    assert ids([], [(0, 0, .9)], [(5, 0, .8)]) == [[], [], []]


def test_a_track_seen_once_dies_of_a_miss_and_takes_no_doubtful_box():
    assert ids([], [(0, 0, .9)], [], [(0, 0, .9)], [(0, 0, .9)]) == [[], [], [], [], [1]]
    assert ids([], [(0, 0, .9)], [(0, 0, .5)], [(0, 0, .9)]) == [[], [], [], []]


def test_confirmed_tracks_choose_before_those_seen_once():
    # The box lies on the one that was seen once; the other overlaps it by 6 / 14.
    assert ids([(0, 0, .9)], [(0, 0, .9), (4, 0, .9)], [(4, 0, .9)]) == [[0], [0], [0]]
    assert ids([(0, 0, .9)], [(0, 0, .9), (4, 0, .9)], [(4, 0, .9), (0, 0, .9)]) == [[0], [0], [1, 0]]


def test_classes_do_not_mix():
    assert ids([(0, 0, .9)], [(0, 1, .9)], [(0, 1, .9)]) == [[0], [], [1]]
    assert ids([(0, 0, .9)], [(0, 1, .5)]) == [[0], []]


def test_a_lost_track_returns_within_31_frames():
    for gap, expected in ((31, [0]), (32, [])):
        assert ids([(0, 0, .9)], *[[]] * (gap - 1), [(0, 0, .9)])[-1] == expected
