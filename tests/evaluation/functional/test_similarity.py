"""IoU of frames and of whole tracks, in pixels counted by hand."""

import numpy as np
import pytest

from mmvist.evaluation.functional.similarity import covered_share, mask_similarity
from mmvist.evaluation.functional.track_iou import track_iou, track_table
from mmvist.structures import rle


def test_covered_share(rect):
    first, second = [rect(0, 0, 10, 10), rect(30, 5, 4, 4)], [rect(5, 5, 10, 10), rect(0, 0, 40, 20), rect(38, 0, 2, 2)]
    share = covered_share(rle.as_coco(first, 20, 40), rle.as_coco(second, 20, 40))
    assert share.tolist() == [[.25, 1, 0], [0, 1, 0]]


def test_random_tracks_against_pixels(make_tracks):
    generator = np.random.default_rng(0)
    masks = generator.random((6, 5, 20, 40)) < generator.random((6, 1, 1, 1))
    table = track_table(make_tracks(*[dict(id=index, masks=dict(enumerate(map(rle.encode, frames))))
                                      for index, frames in enumerate(masks)]))
    expected = [[np.count_nonzero(a & b) / np.count_nonzero(a | b) for b in masks] for a in masks]
    assert track_iou(table, table, np.ones((6, 6), bool)).tolist() == expected


def test_frames_of_a_video(make_tracks, rect):
    truth = make_tracks(dict(id=4, masks={0: rect(0, 0, 10, 10), 2: rect(0, 0, 4, 4)}),
                        dict(id=5, label=1, masks={0: rect(20, 0, 10, 10)}),
                        dict(id=6, label=-1, ignore=True, masks={0: rect(10, 0, 10, 20)}))
    found = make_tracks(dict(id=8, masks={0: rect(5, 0, 10, 10)}), dict(id=9, label=1, masks={1: rect(0, 0, 2, 2)}),
                        length=5)
    frames = mask_similarity(truth, found)
    assert len(frames) == 5
    assert frames[0].gt_ids.tolist() == [4, 5]
    assert frames[0].similarity.tolist() == [[50 / 150], [0]]
    assert frames[0].ignore_share.tolist() == [.5]
    assert frames[1].similarity.shape == (0, 1)
    assert frames[2].similarity.shape == (1, 0)
    assert frames[4].similarity.shape == (0, 0)


def test_classes_are_not_alike(make_tracks, rect):
    truth = make_tracks(dict(id=1, label=0, masks={0: rect(0, 0, 5, 5)}))
    found = make_tracks(dict(id=1, label=1, masks={0: rect(0, 0, 5, 5)}))
    assert mask_similarity(truth, found)[0].similarity.tolist() == [[0]]


def test_tracks_over_time(make_tracks, rect):
    """Frames where one is absent add to the divisor; where both are absent nothing changes."""
    whole, half = rect(0, 0, 10, 10), rect(0, 0, 5, 10)
    truth = track_table(make_tracks(dict(id=0, masks={0: whole, 1: whole, 3: whole})))
    found = track_table(make_tracks(dict(id=1, masks={0: whole, 1: half, 4: half}), dict(id=2, masks={2: whole})))
    iou = track_iou(found, truth, np.ones((2, 1), bool))
    assert iou.tolist() == [[150 / (300 + 200 - 150)], [0]]
    assert track_iou(found, truth, np.zeros((2, 1), bool)).tolist() == [[0], [0]]
    assert track_iou(track_table(make_tracks()), truth, np.ones((0, 1), bool)).shape == (0, 1)


def test_what_is_known_of_a_track(make_tracks, rect):
    """Empty masks have no part in the mean area; the stated order and scores are kept."""
    empty = rle.encode(np.zeros((20, 40)))
    table = track_table(make_tracks(
        dict(id=3, score=.25, masks={0: rect(0, 0, 4, 4), 1: empty, 2: rect(0, 0, 8, 4)}),
        dict(id=1, label=1, score=.5, masks={1: empty}, ignore=True), track_scores={3: .75}))
    assert table.scores.tolist() == [.75, .5]
    assert table.labels.tolist() == [0, 1]
    assert table.areas.tolist() == [24, 0]
    assert table.volumes.tolist() == [48, 0]
    assert table.ignore.tolist() == [False, True]
    assert len(table) == 2


def test_many_rows(make_tracks, rect):
    """More than 255 masks at once, which pycocotools' area refuses under numpy 2."""
    mask = rect(0, 0, 5, 4)
    table = track_table(make_tracks(dict(id=1, masks=dict.fromkeys(range(300), mask)), length=300))
    assert table.volumes.tolist() == [6000]


@pytest.mark.parametrize('shape', [(0, 2), (2, 0), (0, 0)])
def test_no_masks_on_a_side(shape, make_tracks, rect):
    tables = [track_table(make_tracks(*[dict(id=index, masks={0: rect(0, 0, 2, 2)}) for index in range(count)]))
              for count in shape]
    assert track_iou(*tables, np.ones(shape, bool)).shape == shape
