"""Film strips of tracks."""

import numpy as np
import pytest

from mmvist.structures import TrackSummary
from mmvist.visualization import TrackStrip
from mmvist.visualization.colours import colour
from mmvist.visualization.strip import CELL, EMPTY, GAP
from mmvist.visualization.thumbnail import thumbnail

CLASSES = ('car', 'person')
BOX = (100, 50, 200, 150)


def cells(strip):
    """Which cells of a strip show something, (rows, columns) bool; layout read off its right and lower edge."""
    rows, columns = strip.shape[0] // (CELL + GAP), 0
    while strip.shape[1] - (columns + 1) * (CELL + GAP) >= 40:
        columns += 1
    filled = np.zeros((rows, columns), bool)
    for row in range(rows):
        for column in range(columns):
            bottom, right = strip.shape[0] - row * (CELL + GAP) - GAP, strip.shape[1] - column * (CELL + GAP) - GAP
            cell = strip[bottom - CELL:bottom, right - CELL:right]
            filled[rows - 1 - row, columns - 1 - column] = (cell != EMPTY).any()
    return filled


def test_one_row_a_track_one_column_a_frame(image, result):
    strip = TrackStrip()
    for frame, tracks in enumerate([(7,), (7, 3), (3,)]):
        strip.add(image, result(frame, *((track, 0, .5, BOX) for track in tracks)))
    drawn = strip.draw(CLASSES)
    # By first frame: 7 in frames 0 and 1, then 3 in frames 1 and 2.
    assert cells(drawn).tolist() == [[True, True, False], [False, True, True]]
    chips = [(drawn[-(2 - row) * (CELL + GAP):][:CELL, :40] == colour(track)).all(2).any()
             for row, track in enumerate((7, 3))]
    assert chips == [True, True]


@pytest.mark.parametrize(('length', 'frames'), [(4, 4), (5, 3), (8, 4), (9, 3), (100, 4)])
def test_frames_are_evenly_spaced_and_bounded(image, result, length, frames):
    strip = TrackStrip(num_columns=4)
    for frame in range(length):
        strip.add(image, result(frame, (1, 0, .5, BOX)))
    # Strides 1, 2, 2, 4 and 32: frames 0..3, 0 2 4, 0 2 4 6, 0 4 8, 0 32 64 96.
    assert cells(strip.draw(CLASSES)).tolist() == [[True] * frames]


def test_the_longest_tracks_are_drawn(image, result):
    strip = TrackStrip(num_columns=8, num_tracks=2)
    for frame in range(8):
        present = [track for track, end in ((1, 2), (2, 8), (3, 5)) if frame < end]
        strip.add(image, result(frame, *((track, 0, .5, BOX) for track in present)))
    assert cells(strip.draw(CLASSES)).sum(1).tolist() == [8, 5]


def test_memory_does_not_grow_with_the_number_of_tracks(image, result):
    strip = TrackStrip(num_columns=4, num_tracks=2)
    for frame in range(64):
        strip.add(image, result(frame, *((2 * frame + row, 0, .5, BOX) for row in range(2)), (1000, 1, .5, BOX)))
    assert sum(len(track) for track in strip._cells.values()) <= 4 * 2 * 4
    assert cells(strip.draw(CLASSES)).sum(1).max() == 4     # the one that stayed all along


def test_tracks_that_are_not_kept_are_not_drawn(image, result):
    strip = TrackStrip()
    verdict = {1: TrackSummary(0, .5, keep=False), 2: TrackSummary(1, .5)}
    strip.add(image, result(0, (1, 0, .5, BOX), (2, 0, .5, BOX), summaries=verdict))
    assert len(cells(strip.draw(CLASSES))) == 1


def test_ids_that_end_as_one_are_one_row(image, result):
    strip = TrackStrip(num_columns=4, num_tracks=2)
    verdict = {track: TrackSummary(1, .5, id=final) for track, final in enumerate((5, 4, 5, 4))}
    verdict[4] = TrackSummary(0, .5, keep=False)
    for frame, tracks in enumerate([(0, 1), (2,), (3, 4)]):
        rows = [(track, 0, .5, BOX) for track in tracks]
        strip.add(image, result(frame, *rows, summaries=verdict if frame == 2 else None))
    drawn = strip.draw(CLASSES)
    # Of equal length and start: 4 stands in frames 0 and 2, 5 in frames 0 and 1.
    assert cells(drawn).tolist() == [[True, False, True], [True, True, False]]
    # Names and contours have the colours of the final ids; contours are antialiased.
    for row, track in enumerate((4, 5)):
        part = drawn[drawn.shape[0] - (2 - row) * (CELL + GAP):][:CELL]
        assert (part[:, :40] == colour(track)).all(2).any()
        assert (np.abs(part[:, -3 * (CELL + GAP):].astype(int) - colour(track)).max(2) < 30).any()
        assert not (part[:, :40] == colour(9 - track)).all(2).any()


def test_provisional_ids_do_not_push_each_other_out(image, result):
    strip = TrackStrip(num_columns=4, num_tracks=2)
    verdict = {track: TrackSummary(0, .5, id=track % 4) for track in range(64)}
    for frame in range(16):
        rows = [(4 * frame + row, 0, .5, BOX) for row in range(4)]
        strip.add(image, result(frame, *rows, summaries=verdict if frame == 15 else None))
    # Frames 0, 4, 8 and 12 of each of four tracks, of which two are drawn.
    assert cells(strip.draw(CLASSES)).tolist() == [[True] * 4] * 2


def test_no_track(image, result):
    strip = TrackStrip()
    strip.add(image, result(0))
    assert strip.draw(CLASSES) is None
    strip.add(image, result(1, (1, 0, .5, (0, 0, 0, 0))))
    assert strip.draw(CLASSES) is None


def test_sizes_that_cannot_be():
    with pytest.raises(ValueError, match='num_columns must be at least 2 and num_tracks at least 1, got 1 and 5'):
        TrackStrip(1, 5)


def test_a_thumbnail_is_dark_around_the_mask(image, result):
    # The box is 100 wide, so the square is 120, and one pixel of the picture is three of the image.
    small = thumbnail(image, result(0, (1, 0, .5, BOX)), 0, 40).drawn(1)
    assert small.shape == (40, 40, 3)
    assert small[20, 20].tolist() == [100] * 3
    assert small[1, 1].tolist() == [40] * 3
    assert (np.abs(small.astype(int) - colour(1)).max(2) < 30).any()


def test_a_thumbnail_of_a_box_alone_is_the_image(image, result):
    assert (thumbnail(image, result(0, (1, 0, .5, BOX, False)), 0, 40).drawn(1) == 100).all()


def test_a_thumbnail_is_black_outside_the_image(image, result):
    small = thumbnail(image, result(0, (1, 0, .5, (-60, -60, 40, 40), False)), 0, 120).drawn(1)
    # The square reaches from -70 to 50.
    assert (small[:70] == 0).all()
    assert (small[70:, 70:] == 100).all()
