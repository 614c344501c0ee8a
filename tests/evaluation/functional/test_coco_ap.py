"""COCO's scores of single frames: by hand, and against pycocotools' whole pipeline."""

import io
import math
from contextlib import redirect_stdout

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmvist.evaluation.functional import Scoring, score
from mmvist.structures import rle

MASKS = Scoring(('coco',))
BOXES = Scoring(('coco',), 'boxes')
STATS = ('AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl')
SIZE = (160, 640)  # large enough for objects of all area ranges


def official(truth, results, kind, labels):
    """The official tool on the whole data set, as lists of dictionaries."""
    annotations, found = [], []
    for index, tracks in enumerate([*truth.videos, *results.videos]):
        is_truth = index < len(truth.videos)
        height, width = tracks.video.height, tracks.video.width
        for row in range(len(tracks)):
            x1, y1, x2, y2 = tracks.bboxes[row].tolist()
            area = rle.area(tracks.masks[row:row + 1], height, width)[0] if kind == 'segm' else (x2 - x1) * (y2 - y1)
            entry = dict(image_id=1000 * tracks.video.id + int(tracks.frames[row]), bbox=[x1, y1, x2 - x1, y2 - y1],
                         score=float(tracks.scores[row]), area=area, iscrowd=int(tracks.ignore[row]),
                         segmentation=dict(size=[height, width], counts=tracks.masks[row]))
            for label in labels if tracks.labels[row] < 0 else [int(tracks.labels[row])]:
                (annotations if is_truth else found).append(dict(entry, category_id=label))
    images = [dict(id=1000 * tracks.video.id + frame, height=tracks.video.height, width=tracks.video.width)
              for tracks in truth.videos for frame in range(tracks.video.length)]
    sides = []
    for entries in (annotations, found):
        sides.append(COCO())
        sides[-1].dataset = dict(images=images, categories=[dict(id=label) for label in labels],
                                 annotations=[dict(entry, id=number) for number, entry in enumerate(entries, 1)])
    with redirect_stdout(io.StringIO()):
        for side in sides:
            side.createIndex()
        evaluation = COCOeval(*sides, kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(STATS, np.where(evaluation.stats < 0, np.nan, evaluation.stats).tolist(), strict=True))


@pytest.mark.parametrize(('scoring', 'kind'), [(MASKS, 'segm'), (BOXES, 'bbox')])
@pytest.mark.parametrize(('seed', 'ignore_label', 'num_copies'), [(0, -1, 2), (1, 1, 2), (9, -1, 3), (3, 0, 1)])
def test_is_equal_to_the_official_tool(seed, ignore_label, num_copies, scoring, kind, make_random_pair, capfd):
    truth, results = make_random_pair(seed, size=SIZE, ignore_label=ignore_label, num_copies=num_copies)
    scores = score(truth, results, scoring)
    assert capfd.readouterr().out == ''
    rows = {'coco': [0, 1], 'coco/car': [0], 'coco/pedestrian': [1]}
    expected = {f'{row}/{name}': value for row, labels in rows.items()
                for name, value in official(truth, results, kind, labels).items()}
    assert list(scores) == list(expected)
    assert scores == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert all(0 < scores[f'coco/{name}'] < 1 for name in ('APs', 'APm', 'APl'))


def test_by_hand(make_set, make_tracks, rect):
    """Two objects in two frames: one exact, one found with an IoU of 0.8 by the second best result."""
    truth = make_set(make_tracks(dict(id=0, masks={0: rect(0, 0, 10, 10), 3: rect(0, 0, 10, 10)})))
    results = make_set(make_tracks(dict(id=0, masks={0: rect(0, 0, 10, 10)}, score=.9),
                                   dict(id=1, masks={3: rect(20, 0, 10, 10)}, score=.5),
                                   dict(id=2, masks={3: rect(0, 0, 10, 8)}, score=.4)))
    scores = score(truth, results, MASKS)
    # Of the 101 recalls 51 lie up to 0.5; precision is 1 there, and 2/3 behind where the second object is found.
    low, high = 51 / 101, (51 + 50 * 2 / 3) / 101
    # An IoU of 0.8 reaches seven of the ten thresholds.
    assert scores['coco/car/AP'] == pytest.approx((7 * high + 3 * low) / 10)
    assert scores['coco/car/AP50'] == scores['coco/car/AP75'] == pytest.approx(high)
    assert (scores['coco/car/AR1'], scores['coco/car/AR10']) == pytest.approx((.5, .85))
    assert scores['coco/car/APs'] == scores['coco/car/AP']
    assert math.isnan(scores['coco/car/APm'])


def test_ids_and_frames_do_not_matter(make_set, make_tracks, rect):
    """Frames are images: a result of the right place in another frame, or of another class, finds nothing."""
    mask = rect(0, 0, 10, 10)
    truth = make_set(make_tracks(dict(id=1, masks={0: mask}), dict(id=2, label=1, masks={1: mask})))
    same = make_set(make_tracks(dict(id=5, masks={0: mask}), dict(id=5, label=1, masks={1: mask})))
    swapped = make_set(make_tracks(dict(id=1, masks={1: mask}), dict(id=2, label=1, masks={0: mask})))
    assert score(truth, same, MASKS)['coco/AP'] == pytest.approx(1)
    assert score(truth, swapped, MASKS)['coco/AP'] == 0


def test_refuses(make_set, make_tracks, rect):
    boxes = make_set(make_tracks(dict(id=1, masks={0: None})))
    broken = make_set(make_tracks(dict(id=4, masks={2: rle.encode(np.ones((4, 4)))})))
    whole = make_set(make_tracks(dict(id=1, masks={2: rect(0, 0, 3, 3)})))
    with pytest.raises(ValueError, match='results, video v1, frame 0, id 1: has a box but no mask'):
        score(whole, boxes, MASKS)
    with pytest.raises(ValueError, match='ground truth, video v1, frame 2, id 4: the mask does not fill 20 x 40'):
        score(broken, whole, MASKS)
    assert score(boxes, boxes, BOXES)['coco/car/AP'] == pytest.approx(1)
