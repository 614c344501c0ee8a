"""IoU of frames and of whole tracks, in pixels counted by hand."""

import numpy as np
import pytest

from mmvist.evaluation.functional.similarity import mask_similarity
from mmvist.evaluation.functional.track_iou import track_overlap, track_table
from mmvist.structures import rle


def test_random_tracks_against_pixels(make_tracks):
    generator = np.random.default_rng(0)
    masks = generator.random((6, 5, 20, 40)) < generator.random((6, 1, 1, 1))
    table = track_table(make_tracks(*[dict(id=index, masks=dict(enumerate(map(rle.encode, frames))))
                                      for index, frames in enumerate(masks)]))
    expected = [[np.count_nonzero(a & b) / np.count_nonzero(a | b) for b in masks] for a in masks]
    assert track_overlap(table, table, np.ones((6, 6), bool)).iou.tolist() == expected


def test_frames_of_a_video(make_tracks, rect):
    truth = make_tracks(dict(id=4, masks={0: rect(0, 0, 10, 10), 2: rect(0, 0, 4, 4)}),
                        dict(id=5, label=1, masks={0: rect(20, 0, 10, 10)}),
                        dict(id=6, label=-1, ignore=True, masks={0: rect(10, 0, 10, 20)}))
    found = make_tracks(dict(id=8, masks={0: rect(5, 0, 10, 10)}), dict(id=9, label=1, masks={1: rect(0, 0, 2, 2)}),
                        length=5)
    similarity = mask_similarity(truth, found)
    assert (similarity.num_frames, similarity.gt_frames.tolist(), similarity.frames.tolist()) == (5, [0, 0, 2], [0, 1])
    assert similarity.gt_ids.tolist() == [4, 5, 4]
    assert (similarity.gt_rows.tolist(), similarity.rows.tolist()) == ([0], [0])
    assert similarity.values.tolist() == [50 / 150]
    assert similarity.ignore_share.tolist() == [.5, 0]


def test_classes_are_not_alike(make_tracks, rect):
    truth = make_tracks(dict(id=1, label=0, masks={0: rect(0, 0, 5, 5)}))
    found = make_tracks(dict(id=1, label=1, masks={0: rect(0, 0, 5, 5)}))
    assert len(mask_similarity(truth, found).values) == 0


@pytest.mark.parametrize('overlapping', [False, True])
def test_random_masks_against_pixels(overlapping, make_tracks):
    """Objects, ignore regions of a class and of none, and results, overlapping or not."""
    generator = np.random.default_rng(int(overlapping))

    def masks(count):
        if overlapping:
            return generator.random((count, 6, 20, 40)) < generator.random((count, 1, 1, 1))
        owners = generator.integers(0, count + 2, (6, 20, 40))
        return owners[None] == np.arange(count)[:, None, None, None]

    truth_masks, found_masks = masks(7), masks(5)
    labels, ignore, own = [0, 1, 0, 1, 0, -1, -1], [False] * 4 + [True] * 3, [0, 1, 0, 1, 0]
    truth, found = (make_tracks(*[
        dict(id=index, label=label, ignore=skip, masks=dict(enumerate(map(rle.encode, frames))))
        for index, (frames, label, skip) in enumerate(zip(some, names, skips, strict=True))], length=6)
        for some, names, skips in ((truth_masks, labels, ignore), (found_masks, own, [False] * 5)))
    similarity = mask_similarity(truth, found)
    dense = np.zeros((len(similarity.gt_ids), len(similarity.ids)))
    dense[similarity.gt_rows, similarity.rows] = similarity.values
    for row, (frame, one) in enumerate(zip(similarity.gt_frames, similarity.gt_ids, strict=True)):
        for column, (other_frame, other) in enumerate(zip(similarity.frames, similarity.ids, strict=True)):
            first, second = truth_masks[one, frame], found_masks[other, other_frame]
            alike = frame == other_frame and labels[one] == own[other]
            expected = np.count_nonzero(first & second) / max(np.count_nonzero(first | second), 1) if alike else 0
            assert dense[row, column] == expected
    for column, (frame, other) in enumerate(zip(similarity.frames, similarity.ids, strict=True)):
        region = np.any([truth_masks[index, frame] for index in (4, 5, 6) if labels[index] in (-1, own[other])], axis=0)
        mask = found_masks[other, frame]
        expected = np.count_nonzero(region & mask) / max(np.count_nonzero(mask), 1)
        assert similarity.ignore_share[column] == pytest.approx(expected)


def test_many_portions(make_tracks, rect, monkeypatch):
    """Cut into portions of a frame or two, the answer is the same."""
    objects = [dict(id=index, masks={frame: rect(4 * index, frame, 4, 5) for frame in range(9)}) for index in range(6)]
    tracks = make_tracks(*objects, length=9)
    whole = mask_similarity(tracks, tracks)
    monkeypatch.setattr('mmvist.structures.video_runs.PORTION', 40)
    parts = mask_similarity(tracks, tracks)
    assert whole.values.tolist() == parts.values.tolist() == [1] * 54
    assert whole.rows.tolist() == parts.rows.tolist()


def test_tracks_over_time(make_tracks, rect):
    """Frames where one is absent add to the divisor; where both are absent nothing changes."""
    whole, half = rect(0, 0, 10, 10), rect(0, 0, 5, 10)
    truth = track_table(make_tracks(dict(id=0, masks={0: whole, 1: whole, 3: whole})))
    found = track_table(make_tracks(dict(id=1, masks={0: whole, 1: half, 4: half}), dict(id=2, masks={2: whole})))
    overlap = track_overlap(found, truth, np.ones((2, 1), bool))
    assert overlap.iou.tolist() == [[150 / (300 + 200 - 150)], [0]]
    assert (overlap.areas.tolist(), overlap.other_areas.tolist()) == ([200 / 3, 100], [100])
    assert track_overlap(found, truth, np.zeros((2, 1), bool)).iou.tolist() == [[0], [0]]
    assert track_overlap(track_table(make_tracks()), truth, np.ones((0, 1), bool)).iou.shape == (0, 1)


def test_what_is_known_of_a_track(make_tracks, rect):
    """Empty masks have no part in the mean area; the stated order and scores are kept."""
    empty = rle.encode(np.zeros((20, 40)))
    table = track_table(make_tracks(
        dict(id=3, score=.25, masks={0: rect(0, 0, 4, 4), 1: empty, 2: rect(0, 0, 8, 4)}),
        dict(id=1, label=1, score=.5, masks={1: empty}, ignore=True), track_scores={3: .75}))
    assert table.scores.tolist() == [.75, .5]
    assert table.labels.tolist() == [0, 1]
    assert table.ignore.tolist() == [False, True]
    assert len(table) == 2
    assert track_overlap(table, table, np.ones((2, 2), bool)).areas.tolist() == [24, 0]


def test_label_of_most_rows_and_the_mean_score(make_tracks, rect):
    mask = rect(0, 0, 4, 4)
    table = track_table(make_tracks(dict(id=3, score=.7, masks={0: mask, 1: mask}),
                                    dict(id=3, label=1, score=.1, masks={2: mask, 3: mask}),
                                    dict(id=5, label=1, score=.7, masks={0: mask, 1: mask, 4: mask})))
    assert table.labels.tolist() == [0, 1]    # the lowest on a tie
    assert table.scores.tolist() == [np.float32(.4), np.float32(.7)]


@pytest.mark.parametrize('shape', [(0, 2), (2, 0), (0, 0)])
def test_no_masks_on_a_side(shape, make_tracks, rect):
    tables = [track_table(make_tracks(*[dict(id=index, masks={0: rect(0, 0, 2, 2)}) for index in range(count)]))
              for count in shape]
    assert track_overlap(*tables, np.ones(shape, bool)).iou.shape == shape


@pytest.mark.parametrize(('single_region', 'regions_for_all', 'expected'), [
    (False, False, [.6, 0]), (True, False, [.5, 0]), (False, True, [.6, .6]), (True, True, [.5, .5])])
def test_regions_alone_or_together(single_region, regions_for_all, expected, make_tracks, rect):
    """Two regions of class 0 cover a half and a tenth of a result of class 0, and of one of class 1."""
    regions = [dict(id=track, ignore=True, masks={0: rect(x, 0, width, 20)})
               for track, x, width in ((8, 5, 5), (9, 4, 1))]
    found = make_tracks(dict(id=1, masks={0: rect(0, 0, 10, 5)}), dict(id=2, label=1, masks={0: rect(0, 10, 10, 5)}))
    share = mask_similarity(make_tracks(*regions), found, False, single_region, regions_for_all).ignore_share
    assert share.tolist() == expected
