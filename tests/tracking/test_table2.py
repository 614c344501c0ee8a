"""Table 2 of MaskTrack R-CNN: score, overlap and class switched off one by one, in the shipped configs."""

from itertools import product

import pytest
import torch

from mmvist.engine import load_config
from mmvist.registry import MODELS
from tests.tracking.toys import boxes, frame

FULL = 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_{}'
DATASETS = ('r50_fpn_12e_youtubevis2019', 'r18_fpn_street-world')
ROWS = list(product((True, False), repeat=3))


@pytest.fixture(params=[(dataset, row) for dataset in DATASETS for row in ROWS], ids=str)
def row(request):
    """The tracker of a row, and whether score, overlap and class are on."""
    dataset, switches = request.param
    off = [f'no-{name}' for name, on in zip(('det', 'iou', 'cat'), switches, strict=True) if not on]
    config = load_config('_'.join([FULL.format(dataset), *['-'.join(off)] * bool(off)]) + '.py')
    return MODELS.build(config.model.tracker), *switches


def seen(*rows):
    """Rows (x, label, score, embedding). Tracks look like (a, 0), so the second number only marks a detection."""
    return boxes(*(row[:3] for row in rows)).replace(embeds=torch.tensor([row[3] for row in rows]))


def named(tracker, first, second):
    """Ids of the second frame by place in it; `None` for a detection that is dropped."""
    state, _ = tracker.step(tracker.init(), first, frame(0))
    instances = tracker.step(state, second, frame(1))[1]
    ids = dict(zip(instances.embeds[:, 1].tolist(), instances.ids.tolist(), strict=True))
    return [ids.get(number) for number in second.embeds[:, 1].tolist()]


def test_score_decides_who_wins_a_track(row):
    # Logits 9 and 3: log p is 0.00 and -0.05. Both want the track, in place and class alike; log .5 and log .9 are
    # -0.69 and -0.11, so the second wins by the score, else the first by its looks.
    tracker, score, _, _ = row
    ids = named(tracker, seen((0, 0, .9, (3., 0.))), seen((0, 0, .5, (3., 0.)), (0, 0, .9, (1., 1.))))
    assert (ids[score], ids[not score]) == (0, None)


def test_score_decides_nothing_else(row):
    tracker, *_ = row
    for score in (.1, .9):
        second = seen((0, 0, score, (3., 0.)), (50, 0, score, (-3., 1.)))
        assert named(tracker, seen((0, 0, .9, (3., 0.)), (50, 0, .9, (-3., 0.))), second) == [0, 1]


def test_overlap_brings_a_detection_back_to_its_place(row):
    # Logits 1 and 1.5 for two tracks of its class, the detection lies on the first: 1 + 2 beats 1.5.
    tracker, _, overlap, _ = row
    first = seen((0, 0, .9, (1., 0.)), (50, 0, .9, (1.5, 0.)))
    assert named(tracker, first, seen((0, 0, .9, (1., 0.)))) == [0 if overlap else 1]


def test_class_keeps_look_alikes_apart(row):
    # A logit of 3 for a track of another class, far away: 3 beats "new" unless that scores 10 for the class.
    tracker, _, _, category = row
    assert named(tracker, seen((0, 0, .9, (3., 0.))), seen((50, 1, .9, (1., 0.)))) == [1 if category else 0]


def test_without_class_a_new_track_scores_none_either(row):
    # Logits 0.5 and -0.5 at a distance: looks decide, in every row.
    tracker, *_ = row
    for logit, expected in ((.5, 0), (-.5, 1)):
        assert named(tracker, seen((0, 0, .9, (1., 0.))), seen((50, 0, .9, (logit, 0.)))) == [expected]
