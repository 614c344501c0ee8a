"""Counts and scores of MOTS, worked by hand on a frame of 40 x 20 pixels."""

import math

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.clear import ClearCounts, count_clear
from mmvist.evaluation.functional.rules import RULES

MOTS_TOOLS = RULES['mots_tools']


def clear(truth, found, overlaps='error', per_video=False, rules=None):
    return score(truth, found, Scoring(('mots',), overlaps=overlaps, rules=rules), per_video)


def one_object(make_similarity, matched):
    """One object, id 7, that is found in each frame by the result of this id, or by none."""
    return make_similarity([([7], [] if track is None else [track], np.ones((1, int(track is not None))))
                            for track in matched])


@pytest.mark.parametrize(('ids', 'switches', 'fragments'), [
    ([1, 1, 1], 0, 0),
    ([1, 2, 2], 1, 1),
    ([1, 2, 1, 2], 3, 3),           # an id that switches back counts again
    ([1, None, 1, 1], 0, 1),        # a miss is a fragment, not a switch
    ([1, None, None, 2, 2], 1, 1),  # the last id is remembered over misses
    ([None, None, 1, 1], 0, 0),     # the first match is neither
    ([1, None, 1, None], 0, 0),     # a match that does not last is no fragment
    ([1, 1, None, 1], 0, 1),        # unless it ends the track
    ([1, 1, None, 2], 1, 1),
    ([None, 1], 0, 1),              # so the official tool: even when it is the first
    ([1], 0, 0),
    ([None, None], 0, 0),
])
def test_switches_and_fragments(ids, switches, fragments, make_similarity):
    counts = count_clear(one_object(make_similarity, ids), MOTS_TOOLS)
    assert (counts.switches, counts.fragments) == (switches, fragments)
    assert (counts.tp, counts.fn) == (len(ids) - ids.count(None), ids.count(None))


@pytest.mark.parametrize(('num_matched', 'length', 'expected'), [
    (5, 5, (1, 0, 0)), (4, 5, (0, 1, 0)), (9, 10, (1, 0, 0)), (1, 5, (0, 1, 0)), (1, 6, (0, 0, 1)), (0, 1, (0, 0, 1)),
])
def test_mostly_tracked_and_lost_are_strict(num_matched, length, expected, make_similarity):
    matched = [1 if index < num_matched else None for index in range(length)]
    counts = count_clear(one_object(make_similarity, matched), MOTS_TOOLS)
    assert (counts.mostly_tracked, counts.partly_tracked, counts.mostly_lost) == expected


def test_formulas():
    scores = ClearCounts(tp=8, fp=1, fn=2, soft_tp=6.0, switches=2, fragments=3, mostly_tracked=1, partly_tracked=2,
                         mostly_lost=4, frames=5, precise_frames=4.5).scores(MOTS_TOOLS)
    assert scores == pytest.approx({
        'sMOTA': .3, 'MOTA': .5, 'MOTP': .75, 'MODA': .7, 'MODSP': .9, 'MOTAL': (7 - math.log10(2)) / 10, 'recall': .8,
        'precision': 8 / 9, 'F1': 16 / 19, 'FAR': .2, 'TP': 8, 'FP': 1, 'FN': 2, 'IDS': 2, 'Frag': 3, 'MT': 1, 'PT': 2,
        'ML': 4})


@pytest.mark.parametrize(('rules', 'accuracy', 'precision', 'minus_three'), [
    ('mots_tools', -math.inf, math.inf, -math.inf), ('trackeval', 0, 0, -3),
    ('motmetrics', math.nan, math.nan, math.nan)])
def test_without_objects_or_matches(rules, accuracy, precision, minus_three):
    scores = ClearCounts(fp=3).scores(RULES[rules])
    assert [scores[name] for name in ('sMOTA', 'MOTA', 'MODA')] == pytest.approx([minus_three] * 3, nan_ok=True)
    assert scores['MOTP'] == pytest.approx(precision, nan_ok=True)
    assert (scores['recall'], scores['precision'], scores['FP']) == (0, 0, 3)
    scores = ClearCounts().scores(RULES[rules])
    assert scores['MOTA'] == pytest.approx(accuracy, nan_ok=True)
    scores = ClearCounts(fn=2).scores(RULES[rules])
    assert (scores['sMOTA'], scores['MOTA'], scores['recall']) == (0, 0, 0)


def test_unknown_rules():
    with pytest.raises(ValueError, match="unknown rules 'kitti'; known: mots_tools, trackeval, motmetrics, ytvoseval"):
        Scoring(('mots',), rules='kitti')


@pytest.mark.parametrize(('rules', 'expected'), [('mots_tools', 0), ('trackeval', 1), ('motmetrics', 1)])
def test_a_likeness_of_exactly_one_half(rules, expected, make_similarity):
    assert count_clear(make_similarity([([1], [2], [[.5]])]), RULES[rules]).tp == expected


@pytest.mark.parametrize(('rules', 'expected'), [('mots_tools', 1), ('trackeval', 1), ('motmetrics', 1)])
def test_resumed_track(rules, expected, make_similarity):
    found = one_object(make_similarity, [1, 1, None, 1, 1])
    assert count_clear(found, RULES[rules]).fragments == expected - (rules == 'trackeval')


def test_fragments_by_program(make_similarity):
    """An id that changes without a miss, then a miss beside another result, then the end."""
    frames = [([7], [1], [[1]]), ([7], [2], [[1]]), ([7], [9], [[0]]), ([7], [2], [[1]])]
    found = {name: count_clear(make_similarity(frames), rules).fragments for name, rules in RULES.items()}
    # mots_tools: the new id of frame 1 does not last; frame 3 ends the track.
    assert found == {'mots_tools': 1, 'trackeval': 1, 'motmetrics': 1}


@pytest.mark.parametrize(('rules', 'expected'), [('mots_tools', (0, 1)), ('trackeval', (0, 1)), ('motmetrics', (1, 0))])
def test_four_fifths_of_a_track(rules, expected, make_similarity):
    counts = count_clear(one_object(make_similarity, [1, 1, 1, 1, None]), RULES[rules])
    assert (counts.mostly_tracked, counts.partly_tracked) == expected


def test_an_object_keeps_its_result(make_similarity):
    """In frame 1 both results would do: TrackEval and motmetrics stay, mots_tools takes the more alike."""
    frames = [([7], [1], [[.6]]), ([7], [1, 2], [[.6, .9]])]
    switches = {name: count_clear(make_similarity(frames), rules).switches for name, rules in RULES.items()}
    assert switches == {'mots_tools': 1, 'trackeval': 0, 'motmetrics': 0}
    # After a frame without a match only motmetrics remembers.
    frames.insert(1, ([7], [5], [[0]]))
    switches = {name: count_clear(make_similarity(frames), rules).switches for name, rules in RULES.items()}
    assert switches == {'mots_tools': 1, 'trackeval': 1, 'motmetrics': 0}


def test_precision_of_frames(make_similarity):
    """Frames of mean likeness 0.7 and 0.9, and one without a match, which counts as 1."""
    counts = count_clear(make_similarity([([1, 2], [1, 2], [[.6, 0], [0, .8]]), ([1], [1], [[.9]]), ([1], [], [])]),
                         MOTS_TOOLS)
    assert counts.precise_frames == pytest.approx(2.6)
    assert counts.frames == 3


def test_sum_then_divide(make_set, make_tracks, rect):
    whole, half = rect(0, 0, 10, 10), rect(0, 0, 10, 6)
    truth = make_set(make_tracks(dict(id=1, masks=dict.fromkeys(range(4), whole)), video=1),
                     make_tracks(dict(id=1, label=1, masks={0: whole}), video=2))
    # Video 1: two matches of IoU 0.6, one exact, one miss. Video 2: a result of the wrong class.
    found = make_set(make_tracks(dict(id=5, masks={0: half, 1: half, 2: whole}), video=1),
                     make_tracks(dict(id=5, label=0, masks={0: whole}), video=2))
    scores = clear(truth, found, per_video=True)
    assert scores['mots/car/sMOTSA'] == pytest.approx((.6 + .6 + 1 - 1) / 4)
    assert scores['mots/car/MOTSP'] == pytest.approx(2.2 / 3)
    assert [scores[f'mots/car/{name}'] for name in ('TP', 'FP', 'FN', 'IDS')] == [3, 1, 1, 0]
    assert [scores[f'mots/pedestrian/{name}'] for name in ('TP', 'FP', 'FN', 'MOTSA')] == [0, 0, 1, 0]
    assert scores['mots/sMOTSA'] == pytest.approx((2.2 - 1) / 5)
    assert [scores[f'mots/{name}'] for name in ('TP', 'FP', 'FN', 'PT', 'ML')] == [3, 1, 2, 1, 1]
    assert scores['mots/video/v1/sMOTSA'] == pytest.approx(2.2 / 4)
    assert scores['mots/video/v2/MOTSA'] == -1


@pytest.mark.parametrize(('width', 'tp'), [(5, 0), (6, 1)])
def test_iou_of_exactly_one_half_does_not_match(width, tp, make_set, make_tracks, rect):
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 10, 10)})))
    scores = clear(truth, make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, width, 10)}))))
    assert [scores[f'mots/{name}'] for name in ('TP', 'FP', 'FN')] == [tp, 1 - tp, 1 - tp]


def test_gap_in_the_annotation_keeps_the_id(make_set, make_tracks, rect):
    here = rect(3, 3, 8, 8)
    truth = make_set(make_tracks(dict(id=1, masks={0: here, 4: here})))
    same = make_set(make_tracks(dict(id=9, masks={0: here, 4: here})))
    other = make_set(make_tracks(dict(id=9, masks={0: here}), dict(id=8, masks={4: here})))
    assert clear(truth, same)['mots/IDS'] == 0
    assert clear(truth, other)['mots/IDS'] == 1


@pytest.mark.parametrize(('left', 'fp'), [(20, 0), (24, 0), (25, 1), (0, 1)])
def test_ignore_regions_are_one_and_serve_every_class(left, fp, make_set, make_tracks, rect):
    """A result 10 wide beside two regions that end at column 30: inside by more than half, or not."""
    regions = [dict(id=10000, label=-1, ignore=True, masks={0: rect(*box)}) for box in ((20, 0, 6, 10), (26, 0, 4, 10))]
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 12, 4, 4)}), *regions))
    for label, name in enumerate(('car', 'pedestrian')):
        found = make_set(make_tracks(dict(id=3, label=label, masks={0: rect(left, 0, 10, 10)})))
        assert clear(truth, found)[f'mots/{name}/FP'] == fp


def test_ignore_region_of_a_class_serves_that_class(make_set, make_tracks, rect):
    crowd, inside = rect(0, 0, 20, 20), rect(0, 0, 5, 5)
    truth = make_set(make_tracks(dict(id=1, label=0, ignore=True, masks={0: crowd})))
    for label, fp in ((0, 0), (1, 1)):
        assert clear(truth, make_set(make_tracks(dict(id=1, label=label, masks={0: inside}))))['mots/FP'] == fp


def test_a_match_inside_an_ignore_region_counts(make_set, make_tracks, rect):
    whole, most = rect(0, 0, 10, 10), rect(0, 0, 10, 9)
    truth = make_set(make_tracks(dict(id=1, masks={0: whole}), dict(id=2, label=-1, ignore=True, masks={0: most})))
    scores = clear(truth, make_set(make_tracks(dict(id=1, masks={0: whole}))), 'by_score')
    assert [scores[f'mots/{name}'] for name in ('TP', 'FP', 'FN')] == [1, 0, 0]


def test_ignore_rows_of_results_are_dropped(make_set, make_tracks, rect):
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 3, 3)})))
    found = make_set(make_tracks(dict(id=1, label=-1, ignore=True, masks={0: rect(0, 0, 3, 3)})))
    assert clear(truth, found) == clear(truth, make_set())


def test_no_results_at_all(make_set, make_tracks, rect):
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 3, 3)})), make_tracks(video=2))
    scores = clear(truth, make_set())
    assert [scores[f'mots/{name}'] for name in ('sMOTSA', 'TP', 'FP', 'FN', 'ML')] == [0, 0, 0, 1, 1]
    assert clear(make_set(make_tracks()), make_set())['mots/MOTSA'] == -math.inf


def test_overlapping_results(make_set, make_tracks, rect, caplog):
    truth = make_set(make_tracks(dict(id=1, masks={2: rect(0, 0, 10, 10)}), dict(id=2, masks={2: rect(10, 0, 10, 10)})))
    hidden = dict(id=5, score=.3, masks={2: rect(2, 2, 3, 3)})
    found = make_set(make_tracks(dict(id=3, score=.4, masks={2: rect(0, 0, 14, 10)}),
                                 dict(id=4, score=.9, masks={2: rect(10, 0, 10, 10)}), hidden))
    with pytest.raises(ValueError, match=r'results, video v1, frame 2: the masks of ids 3 and [45] overlap'):
        clear(truth, found)
    scores = clear(truth, found, 'by_score')
    # Id 3 loses four columns to id 4 and becomes exact; of id 5 nothing is left.
    assert [scores[f'mots/{name}'] for name in ('sMOTSA', 'TP', 'FP')] == [1, 2, 0]
    assert 'masks of the results overlap in 1 frames' in caplog.text
    assert len(found.videos[0]) == 3


def test_overlapping_ground_truth(make_set, make_tracks, rect):
    """Both objects exceed 0.5 with the one result: the more similar one has it."""
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 10, 10)}), dict(id=2, masks={0: rect(0, 0, 12, 10)})))
    found = make_set(make_tracks(dict(id=3, masks={0: rect(0, 0, 12, 10)})))
    with pytest.raises(ValueError, match='ground truth, video v1, frame 0'):
        clear(truth, found)
    scores = clear(truth, found, 'by_score')
    assert [scores[f'mots/{name}'] for name in ('MOTSP', 'TP', 'FP', 'FN')] == [1, 1, 0, 1]


def test_what_is_refused(make_set, make_tracks, rect):
    mask = rect(0, 0, 3, 3)
    truth = make_set(make_tracks(dict(id=1, masks={0: mask})))
    twice = make_tracks(dict(id=1, masks={0: mask}), dict(id=1, masks={0: rect(9, 9, 3, 3)}))
    for found, message in (
            (make_set(twice), r'results, video v1, frame 0: id 1 occurs 2 times'),
            (make_set(make_tracks(dict(id=1, masks={0: None}))), 'results, video v1, frame 0, id 1: has a box but no'),
            (make_set(make_tracks(video=3)), r'videos \[3\] are not in the ground truth'),
            (make_set(make_tracks(), make_tracks()), r'results: videos \[1\] occur twice'),
            (make_set(classes=('pedestrian', 'car')), r"must be \['car', 'pedestrian'\] as in the ground truth"),
            (make_set(make_tracks(dict(id=1, masks={0: mask}), length=7)), r'is \(5, 20, 40\) in the ground truth, '
                                                                          r'\(7, 20, 40\) in the results'),
    ):
        with pytest.raises(ValueError, match=message):
            clear(truth, found)
    with pytest.raises(ValueError, match="overlaps must be one of error, by_score, keep, got 'first'"):
        clear(truth, truth, 'first')
