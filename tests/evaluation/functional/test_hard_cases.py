"""What becomes of ids over a hard moment, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.hard_cases import CaseCounts, count_hard_cases, hard_case_scores
from mmvist.io.hard_cases import HardCase, HardCases
from mmvist.io.problems import FormatError

KEPT, SWITCHED, MISSED = (CaseCounts(**{name: 1}) for name in ('kept', 'switched', 'missed'))
PAIR, FIRST, SECOND = (HardCase('x', ids, (0, 2)) for ids in ((1, 2), (1,), (2,)))


def frame(**found):
    """Objects 1 and 2, found by results at a likeness of 0.9 each: `one=id, two=id`."""
    ids = sorted(found.values())
    values = np.zeros((2, len(ids)))
    for row, name in enumerate(('one', 'two')):
        if name in found:
            values[row, ids.index(found[name])] = .9
    return [1, 2], ids, values


def outcome(similarity, case):
    """What becomes of the ids alone."""
    return replace(count_hard_cases(similarity, [case])['x'], tp=0, fn=0)


@pytest.mark.parametrize(('before', 'after', 'of_pair', 'of_first', 'of_second'), [
    (dict(one=7, two=8), dict(one=7, two=8), KEPT, KEPT, KEPT),
    (dict(one=7, two=8), dict(one=8, two=7), SWITCHED, SWITCHED, SWITCHED),
    (dict(one=7, two=8), dict(one=7, two=9), SWITCHED, KEPT, SWITCHED),     # 8 ends, 9 begins
    (dict(one=7, two=8), dict(one=7), MISSED, KEPT, MISSED),
    (dict(two=8), dict(one=8, two=9), MISSED, MISSED, SWITCHED),
    (dict(one=7), dict(one=9), MISSED, SWITCHED, MISSED),                   # missing weighs more than switching
    ({}, {}, MISSED, MISSED, MISSED),
])
def test_outcomes(before, after, of_pair, of_first, of_second, make_similarity):
    """What happens in between, here another object's ids, does not matter."""
    similarity = make_similarity([frame(**before), frame(one=3, two=4), frame(**after)])
    for case, expected in ((PAIR, of_pair), (FIRST, of_first), (SECOND, of_second)):
        assert outcome(similarity, case) == expected


def test_the_threshold_itself_is_no_match(make_similarity):
    for value, expected in ((.5, MISSED), (np.nextafter(.5, 1), KEPT)):
        similarity = make_similarity([([1], [7], [[value]])] * 3)
        assert outcome(similarity, FIRST) == expected


def test_each_result_stands_for_one_object(make_similarity):
    """Both objects are most like 7; the greatest sum gives it to the first, and 8 to the second."""
    shared = ([1, 2], [7, 8], [[.9, 0], [.8, .6]])
    similarity = make_similarity([shared, shared, frame(one=7, two=8)])
    assert outcome(similarity, PAIR) == KEPT
    alone = ([1, 2], [7], [[.9], [.8]])
    similarity = make_similarity([alone, alone, frame(one=7, two=8)])
    assert (outcome(similarity, FIRST), outcome(similarity, SECOND)) == (KEPT, MISSED)


@pytest.mark.parametrize(('seen', 'expected'), [
    ([2], KEPT), ([4], KEPT), ([5], KEPT), ([1], MISSED), ([2, 4], SWITCHED)])
def test_an_object_may_be_found_up_to_three_frames_away(seen, expected, make_similarity):
    """Up to frame 5 it is 7 in the first of the frames `seen`, 3 in the next; from frame 6 on it is 7 in frame 9."""
    frames = [([1], [], np.zeros((1, 0)))] * 13
    for index in seen:
        frames[index] = ([1], [7 if index == seen[0] else 3], [[.9]])
    frames[9] = ([1], [7], [[.9]])
    case = HardCase('x', (1,), (5, 6))
    assert outcome(make_similarity(frames), case) == expected
    frames[9], frames[10] = frames[10], frames[9]
    assert outcome(make_similarity(frames), case) == MISSED


def test_false_negatives_around_a_moment(make_similarity):
    """Object 1 is there in frames 0 to 12 but 6, object 2 in 6 alone; 4 frames on each side of 5 and 7 count."""
    frames = [([1], [7], [[.9]]) if index in (1, 2, 4, 10) else ([1], [], np.zeros((1, 0))) for index in range(13)]
    frames[6] = ([2], [], np.zeros((1, 0)))
    counts = count_hard_cases(make_similarity(frames), [HardCase('x', (1,), (5, 7)), HardCase('y', (1,), (5, 6))])
    assert (counts['x'].tp, counts['x'].fn) == (3, 5)       # 2, 4 and 10 of 2 to 5 and 7 to 10
    assert (counts['y'].tp, counts['y'].fn) == (2, 5)       # 2 to 5, 7 to 9: it is hidden in frame 6


def test_counts_by_kind_add_up_over_videos():
    videos = [{'b': CaseCounts(2, 1, 0, 3, 1), 'a': CaseCounts(0, 0, 1, 0, 2)}, {}, {'b': CaseCounts(1, 0, 4, 1, 1)}]
    scores = hard_case_scores(videos)
    assert list(scores) == ['', 'a', 'b']
    assert scores['b'] == {'association': .75, 'success': .375, 'kept': 3, 'switched': 1, 'missed': 4,
                           'TP': 4, 'FN': 2}
    assert scores[''] == {'association': .75, 'success': pytest.approx(3 / 9), 'kept': 3, 'switched': 1, 'missed': 5,
                          'TP': 4, 'FN': 4}
    assert scores['a']['success'] == 0
    assert math.isnan(scores['a']['association'])           # nobody was found, so no id was there to keep
    assert all(math.isnan(hard_case_scores([])[''][name]) for name in ('association', 'success'))


def test_no_cases(make_similarity):
    assert count_hard_cases(make_similarity([frame(one=7)]), []) == {}


@pytest.fixture
def crossing(make_set, make_tracks, rect):
    """Object 1 goes right, object 2 left; `found(ids before, ids after)` gives results that are as good as can be."""
    places = {0: (0, 30), 1: (15, 16), 2: (30, 0)}

    def build(*names, label=0, **keys):
        rows = {}
        for number, (frame, lefts) in enumerate(places.items()):
            for track, left in zip(names[min(number, len(names) - 1)], lefts, strict=True):
                rows.setdefault(track, {})[frame] = rect(left, 0, 9, 9)
        return make_set(make_tracks(*(dict(id=track, masks=masks, label=label, **keys)
                                      for track, masks in rows.items()), length=3))
    return build


@pytest.fixture
def scoring():
    def build(*cases, **keys):
        return Scoring(('hard',), overlaps='keep', hard_cases=HardCases('f.json', {'v1': cases, 'v2': ()}), **keys)
    return build


def test_masks_whatever_their_class(crossing, scoring):
    truth = crossing((1, 2))
    for names, label, expected in ((((5, 6),), 0, (1, 0, 0)), (((5, 6),), 1, (1, 0, 0)),
                                   (((5, 6), (5, 6), (6, 5)), 1, (0, 1, 0))):
        scores = score(truth, crossing(*names, label=label), scoring(PAIR))
        assert tuple(scores[f'hard/x/{name}'] for name in ('kept', 'switched', 'missed')) == expected


def test_boxes_and_tracks_that_score_too_little(crossing, scoring):
    truth, found = crossing((1, 2)), crossing((5, 6), score=.4)
    assert score(truth, found, scoring(PAIR, regions='boxes'))['hard/kept'] == 1
    assert score(truth, found, scoring(PAIR, min_score=.3))['hard/kept'] == 1
    assert score(truth, found, scoring(PAIR, min_score=.5))['hard/missed'] == 1


def test_hard_cases_beside_other_metrics(crossing):
    cases = HardCases('f.json', {'v1': (PAIR, FIRST)})
    scores = score(crossing((1, 2)), crossing((5, 6)), Scoring(('id', 'hard'), overlaps='keep', hard_cases=cases),
                   per_video=True)
    assert (scores['id/IDF1'], scores['hard/x/kept'], scores['hard/video/v1/kept']) == (1, 2, 2)


def test_nothing_found(make_set, crossing, scoring):
    assert score(crossing((1, 2)), make_set(), scoring(PAIR))['hard/x/missed'] == 1


def test_what_is_refused(crossing, scoring):
    truth = crossing((1, 2))
    with pytest.raises(FormatError, match='f.json: 1 problem\n.*id 8 is not in the ground truth'):
        score(truth, truth, scoring(HardCase('x', (8,), (0, 2))))
    with pytest.raises(FormatError, match='lists no case of a scored video'):
        score(truth, truth, scoring())
    with pytest.raises(ValueError, match='need each other, only the metric is given'):
        Scoring(('hard',))
    with pytest.raises(ValueError, match='need each other, only the file is given'):
        Scoring(('mots',), hard_cases=HardCases('f.json', {}))
