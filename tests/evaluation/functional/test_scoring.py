"""What cannot be scored is refused, and says why; what there is nothing of has no score."""

import math

import pytest

from mmvist.evaluation.functional import Scoring, score


@pytest.mark.parametrize(('keys', 'message'), [
    (dict(metrics=('mAP',)), r"unknown metrics \['mAP'\]; known: ytvis, frame, coco, hard, windows, mots, mot, hota"),
    (dict(metrics=('ytvis', 'mot'), regions='boxes'), 'ytvis compares the masks of whole tracks; it cannot'),
    (dict(metrics=('mots',), min_score=float('nan')), 'min_score must be a finite number, got nan'),
    (dict(metrics=('mots',), regions='points'), "regions must be one of masks, boxes, got 'points'"),
    (dict(metrics=('mots',), overlaps='cut'), "overlaps must be one of error, by_score, keep, got 'cut'"),
])
def test_refused_settings(keys, message):
    with pytest.raises(ValueError, match=message):
        Scoring(**keys)


@pytest.mark.parametrize('overlaps', ['error', 'by_score', 'keep'])
def test_boxes_without_masks(overlaps, make_set, make_tracks, rect):
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 4, 4)})))
    found = make_set(make_tracks(dict(id=2, masks={0: None})))
    with pytest.raises(ValueError, match='results, video v1, frame 0, id 2: has a box but no mask'):
        score(truth, found, Scoring(('mots',), overlaps=overlaps))


def test_rules_of_masks_and_boxes_agree(make_set, make_tracks, rect):
    """A result of class 0 in an ignore region of class 1: only BDD100K's regions serve every class."""
    truth = make_set(make_tracks(dict(id=1, label=1, ignore=True, masks={0: rect(0, 0, 10, 10)})))
    found = make_set(make_tracks(dict(id=2, masks={0: rect(0, 0, 10, 10)})))
    for rules, false_alarms in (('motmetrics', 0), ('trackeval', 1)):
        for regions in ('masks', 'boxes'):
            scores = score(truth, found, Scoring(('mot',), regions, rules))
            assert scores['mot/car/FP'] == false_alarms, (rules, regions)


@pytest.mark.parametrize(('metric', 'regions'), [('coco', 'masks'), ('coco', 'boxes'), ('frame', 'masks')])
def test_nothing_to_find_or_nothing_found(metric, regions, make_set, make_tracks, rect):
    def ap(truth, results, row=''):
        return score(truth, results, Scoring((metric,), regions))[f'{metric}/{row}AP']

    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 10, 10)}),
                                 dict(id=2, label=-1, masks={1: rect(0, 0, 4, 4)}, ignore=True)))
    assert ap(truth, make_set()) == ap(truth, make_set(), 'car/') == 0
    assert math.isnan(ap(truth, make_set(), 'pedestrian/'))
    for empty in (make_set(make_tracks()), make_set(make_tracks(length=0))):
        assert math.isnan(ap(empty, make_set()))
    results = make_set(make_tracks(dict(id=1, label=1, masks={2: rect(0, 0, 3, 3)})))
    assert ap(truth, results) == 0
    assert math.isnan(ap(make_set(make_tracks()), results))
