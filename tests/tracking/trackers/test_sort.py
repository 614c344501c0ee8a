"""SORT on hand-worked frames."""

import pytest

from tests.tracking.scenes import tracker_config
from tests.tracking.toys import boxes, follow

SORT = tracker_config('sort')


def ids(*frames):
    """Of frames of places x."""
    found = [boxes(*[(x, 0, .9) for x in places]) for places in frames]
    return [instances.ids.tolist() for instances in follow(SORT, found)[1]]


def test_tracks_of_the_first_three_frames_are_told_at_once():
    assert ids([0], [0, 20], [0, 20, 40], [0, 20, 40, 60]) == [[0], [0, 1], [0, 1, 2], [0, 1, 2]]


def test_later_ones_are_told_with_their_third_detection():
    assert ids([], [], [], [0], [0], [0], [0]) == [[], [], [], [], [], [0], [0]]


def test_a_later_one_dies_of_a_miss():
    assert ids([], [], [], [0], [0], [], [0], [0], [0]) == [[]] * 8 + [[1]]


def test_a_track_may_miss_one_frame():
    assert ids([0], [0], [], [0]) == [[0], [0], [], [0]]
    assert ids([0], [0], [], [], [0], [0], [0]) == [[0], [0], [], [], [], [], [1]]


def test_a_track_is_looked_for_where_it_was_going():
    # Six pixels a frame: the last step is twelve, with an overlap of none where it was last seen.
    assert ids([0], [4], [10], [16], [], [28]) == [[0], [0], [0], [0], [], [0]]


@pytest.mark.parametrize(('x', 'expected'), [(5.38, 0), (5.39, 1)])
def test_boxes_must_overlap_by_three_tenths(x, expected):
    # (10 - x) / (10 + x) is 0.3 at 70 / 13 = 5.385.
    assert ids([0], [x])[1] == [expected]


def test_two_weak_matches_give_way_to_a_good_one():
    # Overlaps: the first track .33 with one box; the second .82 with it, .33 with the other.
    assert ids([0, 6], [5, 11]) == [[0, 1], [1, 2]]


def test_classes_do_not_mix():
    assert [found.ids.tolist() for found in follow(SORT, [boxes((0, 0, .9)), boxes((0, 1, .9))])[1]] == [[0], [1]]
