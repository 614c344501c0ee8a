"""Links, counted by hand and against a plain loop."""

import numpy as np
import pytest

from mmvist.evaluation.functional.links import LinkCounts, count_links
from mmvist.evaluation.functional.similarity import mask_similarity
from mmvist.structures import Video, VideoTracks, rle


def tracks_of(cells, length):
    """Tracks from {(frame, id): cells}, each cell a square of a 4 x 4 board."""
    rows = []
    for (frame, track), squares in cells.items():
        mask = np.zeros((8, 8), bool)
        for square in squares:
            row, column = divmod(square, 4)
            mask[2 * row:2 * row + 2, 2 * column:2 * column + 2] = True
        counts = rle.encode(mask)
        rows.append((frame, track, 0, 1.0, rle.bboxes([counts], 8, 8)[0], counts, False))
    return VideoTracks.from_rows(Video(1, 'board', 8, 8, length), rows)


def counted(truth, found, length=4):
    return count_links(mask_similarity(tracks_of(truth, length), tracks_of(found, length)))


TRUTH = {(0, 1): [0], (1, 1): [1], (2, 1): [2], (3, 1): [3], (0, 2): [4], (1, 2): [5], (3, 2): [7]}


def test_an_object_is_linked_where_successive_frames_show_it():
    assert counted(TRUTH, {(f, i + 10): cells for (f, i), cells in TRUTH.items()}) == LinkCounts(4, 4, 0, 4, 0)
    assert counted(TRUTH, {}) == LinkCounts(4, 0, 0, 0, 0)
    assert counted({}, TRUTH) == LinkCounts(0, 0, 0, 4, 0)


def test_a_new_id_breaks_a_link_and_a_track_that_jumps_makes_a_wrong_one():
    found = {(0, 1): [0], (1, 1): [1], (2, 7): [2], (3, 7): [3], (0, 2): [4], (1, 8): [5]}
    assert counted(TRUTH, found) == LinkCounts(4, 2, 2, 2, 0)
    swapped = {(0, 1): [0], (1, 1): [5], (0, 2): [4], (1, 2): [1]}
    assert counted(TRUTH, swapped) == LinkCounts(4, 0, 2, 2, 2)


def test_what_finds_nothing_is_neither_broken_nor_wrong():
    # Half of the object, which is too little; and a false track.
    found = {(0, 1): [0], (1, 1): [1, 9], (0, 5): [12], (1, 5): [13]}
    assert counted(TRUTH, found) == LinkCounts(4, 0, 0, 2, 0)


def test_shares():
    assert LinkCounts(10, 8, 1, 9, 1).scores() == {
        'LinkRe': .8, 'LinkPr': 8 / 9, 'LinkWrong': 1 / 9, 'Links': 10, 'Found': 8, 'Broken': 1, 'Made': 9, 'Wrong': 1}
    assert set(LinkCounts().scores().values()) == {0}
    assert LinkCounts(1, 2, 3, 4, 5) + LinkCounts(5, 4, 3, 2, 1) == LinkCounts(6, 6, 6, 6, 6)


@pytest.mark.parametrize('seed', range(10))
def test_random_tracks_against_a_loop(seed):
    generator, length = np.random.default_rng(seed), 6
    truth, found = {}, {}
    for frame in range(length):
        squares = generator.permutation(16)
        for track in range(5):
            if generator.random() < .8:
                truth[frame, track] = [squares[track]]
            if generator.random() < .8:
                found[frame, int(generator.integers(0, 3)) * 5 + track] = [squares[track]]
    place = {side: {(frame, cells[0]): track for (frame, track), cells in rows.items()}
             for side, rows in (('truth', truth), ('found', found))}
    links = [(cells[0], truth[frame + 1, track][0], frame) for (frame, track), cells in truth.items()
             if (frame + 1, track) in truth]
    ids = [(place['found'].get((frame, a)), place['found'].get((frame + 1, b))) for a, b, frame in links]
    made = [(cells[0], found[frame + 1, track][0], frame) for (frame, track), cells in found.items()
            if (frame + 1, track) in found]
    objects = [(place['truth'].get((frame, a)), place['truth'].get((frame + 1, b))) for a, b, frame in made]
    assert counted(truth, found, length) == LinkCounts(
        len(links), sum(a is not None and a == b for a, b in ids),
        sum(None not in pair and pair[0] != pair[1] for pair in ids), len(made),
        sum(None not in pair and pair[0] != pair[1] for pair in objects))
