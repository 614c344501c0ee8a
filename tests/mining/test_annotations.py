"""What is kept of tracks, and what it is called."""

import numpy as np

from mmvist.mining.annotations import annotate, fits_mots
from tests.mining.boards import block, columns, pixels, tracks_of

BIG, SMALL = block(0, 0, 6, 6), block(8, 8, 2, 2)


def test_short_tracks_are_ignored():
    tracks = tracks_of(4, (0, 3, 0, BIG, False), (1, 3, 0, BIG, False), (1, 9, 1, SMALL, False))
    assert columns(annotate(tracks, min_length=1)) == [(0, 1001, 0, False), (1, 1001, 0, False), (1, 2001, 1, False)]
    assert columns(annotate(tracks, min_length=2)) == [(0, 1001, 0, False), (1, 1001, 0, False), (1, 1002, 1, True)]
    assert annotate(tracks, min_length=3).ignore.all()


def test_small_masks_are_ignored_and_do_not_count():
    tracks = tracks_of(4, (0, 3, 0, BIG, False), (1, 3, 0, SMALL, False), (2, 3, 0, BIG, False))
    assert columns(annotate(tracks, min_length=2, min_area=5)) == [
        (0, 1001, 0, False), (1, 1002, 0, True), (2, 1001, 0, False)]
    assert annotate(tracks, min_length=3, min_area=5).ignore.all()
    assert not annotate(tracks, min_length=3, min_area=4).ignore.any()


def test_tracks_are_numbered_within_their_class_by_their_first_frames():
    tracks = tracks_of(4, (0, 8, 1, BIG, False), (0, 2, 0, SMALL, False), (1, 5, 1, SMALL, False),
                       (1, 8, 1, BIG, False), (2, 1, 0, BIG, False))
    assert annotate(tracks, min_length=1).ids.tolist() == [2001, 1001, 2002, 2001, 1002]


def test_ignored_rows_share_ids_as_far_as_frames_and_classes_let_them():
    tracks = tracks_of(4, (0, 1, -1, block(0, 0, 2, 2), True), (0, 2, -1, block(0, 4, 2, 2), True),
                       (0, 3, 0, block(0, 8, 2, 2), True), (1, 4, -1, block(0, 0, 2, 2), True),
                       (2, 5, 0, block(0, 8, 2, 2), True), (2, 6, 1, BIG, False))
    found = annotate(tracks, min_length=1)
    assert found.ids.tolist() == [2002, 2003, 2004, 2002, 2004, 2001]
    assert found.labels.tolist() == [-1, -1, 0, -1, 0, 1]


def test_ignored_masks_leave_others_free():
    tracks = tracks_of(4, (0, 1, 0, block(0, 0, 6, 6), False), (0, 2, -1, block(0, 3, 6, 6), True),
                       (0, 3, -1, block(0, 8, 6, 3), True), (0, 4, -1, block(1, 1, 3, 3), True))
    found = annotate(tracks, min_length=1)
    assert found.ignore.tolist() == [False, True, True]
    for mask, expected in zip(found.masks, (block(0, 0, 6, 6), block(0, 6, 6, 3), block(0, 9, 6, 2)), strict=True):
        assert np.array_equal(pixels(mask), pixels(expected))


def test_more_tracks_than_mots_can_number():
    rows = [(frame, frame, 0, BIG, False) for frame in range(1000)]
    assert fits_mots(annotate(tracks_of(1000, *rows[:999]), min_length=1))
    found = annotate(tracks_of(1000, *rows, (3, 2000, 1, SMALL, False)), min_length=1)
    assert not fits_mots(found)
    assert (found.ids.min(), found.ids.max(), len(found.track_ids)) == (1000001, 1001001, 1001)


def test_no_tracks():
    assert len(annotate(tracks_of(3))) == 0
