"""Scores of single frames by hand, and against `clear` and a count of every threshold."""

import math
import pickle

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.clear import count_clear
from mmvist.evaluation.functional.frame_ap import FrameMatches, count_frame_ap, frame_ap_scores
from mmvist.evaluation.functional.rules import RULES
from mmvist.evaluation.functional.similarity import mask_similarity
from mmvist.structures import rle

SCORING = Scoring(('frame',), overlaps='keep')


def outcome(scores, hits, num_objects):
    return FrameMatches(np.array(scores, float), np.array(hits, bool), num_objects)


@pytest.mark.parametrize(('scores', 'hits', 'num_objects', 'expected'), [
    ([.9, .8], [1, 1], 2, 1),
    ([.9, .8, .7], [1, 0, 1], 3, (1 + 2 / 3) / 3),
    ([.7, .9, .8], [1, 1, 0], 3, (1 + 2 / 3) / 3),          # order of rows
    ([.9, .5, .5], [1, 0, 1], 2, (1 + 2 / 3) / 2),          # one step for both
    ([.9, .5, .5], [1, 1, 0], 2, (1 + 2 / 3) / 2),
    ([.5] * 4, [0, 1, 1, 0], 4, .5 * .5),                   # one threshold: precision times recall
    ([.9, .8], [0, 1], 1, .5),                              # precision is not raised to what comes behind
    ([.9, .8, .7], [0, 0, 1], 1, 1 / 3),
    ([.9], [0], 3, 0),
    ([], [], 3, 0),
    ([], [], 0, math.nan),
    ([.3], [0], 0, math.nan),
])
def test_area_under_the_curve(scores, hits, num_objects, expected):
    assert outcome(scores, hits, num_objects).ap == pytest.approx(expected, nan_ok=True)


def test_recalls_of_a_perfect_ranking_have_a_closed_form():
    """All hits first: the area is their share; all misses first: a sum of k / (m + k)."""
    hits = np.arange(10) < 6
    scores = np.linspace(1, .1, 10)
    assert outcome(scores, hits, 8).ap == pytest.approx(6 / 8)
    assert outcome(scores, ~hits, 4).ap == pytest.approx(sum(k / (6 + k) for k in range(1, 5)) / 4)


def test_outcomes_add_up_and_travel():
    first, second = outcome([.9, .2], [1, 0], 2), outcome([.5], [1], 1)
    total = pickle.loads(pickle.dumps(first)) + second
    assert (total.scores.tolist(), total.hits.tolist(), total.num_objects) == ([.9, .2, .5], [True, False, True], 3)
    assert total.ap == (second + first).ap == pytest.approx(2 / 3)


@pytest.fixture
def count(make_tracks):
    """Outcome of objects and results of one class, each a `dict(id, masks, score)`."""
    def build(objects, results):
        tracks = make_tracks(*results)
        return count_frame_ap(mask_similarity(make_tracks(*objects), tracks), tracks.scores)
    return build


@pytest.mark.parametrize(('scores', 'hits'), [
    ((.9, .8), [True, False]),  # the higher score takes the object
    ((.8, .9), [False, True]),
    ((.5, .5), [False, True]),  # of equal ones the closer
])
def test_doubles(scores, hits, count, rect):
    found = count([dict(id=1, masks={0: rect(0, 0, 10, 10)})],
                  [dict(id=1, masks={0: rect(0, 0, 10, 7)}, score=scores[0]),
                   dict(id=2, masks={0: rect(0, 0, 10, 9)}, score=scores[1])])
    assert (found.hits.tolist(), found.num_objects) == (hits, 1)


def test_the_object_overlapped_most_is_taken(count, rect):
    """Both objects overlap both results enough; the second result gets what the first leaves."""
    objects = [dict(id=1, masks={0: rect(0, 0, 10, 10)}), dict(id=2, masks={0: rect(0, 0, 10, 8)})]
    found = count(objects, [dict(id=1, masks={0: rect(0, 0, 10, 8)}, score=.3),
                            dict(id=2, masks={0: rect(0, 0, 10, 9)}, score=.9)])
    assert found.hits.tolist() == [True, True]
    # The best score has the object it equals; the other one is left with an IoU of 0.5, which is not above it.
    found = count(objects, [dict(id=1, masks={0: rect(0, 0, 10, 10)}, score=.9),
                            dict(id=2, masks={0: rect(0, 0, 10, 4)}, score=.3)])
    assert found.hits.tolist() == [True, False]


def test_ignored_results_do_not_count_unless_they_match(count, rect):
    region = dict(id=9, label=-1, masks={0: rect(0, 0, 20, 10)}, ignore=True)
    found = count([dict(id=1, masks={0: rect(0, 0, 10, 10)}), region],
                  [dict(id=1, masks={0: rect(0, 0, 10, 10)}, score=.5),
                   dict(id=2, masks={0: rect(14, 0, 10, 10)}, score=.6),    # 0.6 inside
                   dict(id=3, masks={0: rect(15, 0, 10, 10)}, score=.7)])   # 0.5 inside
    assert found.scores.tolist() == pytest.approx([.5, .7])
    assert found.hits.tolist() == [True, False]


def test_every_frame_counts_with_its_own_score(make_set, make_tracks, rect):
    """The scores of a track are those of its frames, not the track's."""
    mask, miss = rect(0, 0, 10, 10), rect(20, 0, 10, 10)
    truth = make_set(make_tracks(dict(id=1, masks={0: mask, 1: mask})))
    track = make_tracks(dict(id=1, masks={0: mask}, score=.9), dict(id=1, masks={1: miss}, score=.1),
                        track_scores={1: .5})
    assert score(truth, make_set(track), SCORING)['frame/car/AP'] == .5


def test_everything_is_the_mean_of_ap_and_the_sum_of_counts():
    videos = [{0: outcome([.9], [1], 1)}, {0: outcome([.8, .7], [0, 0], 1), 1: outcome([.5], [1], 4)}]
    rows = frame_ap_scores(videos, ('car', 'pedestrian', 'rider'))
    assert rows['car'] == pytest.approx({'AP': .5, 'recall': .5, 'precision': 1 / 3})
    assert rows['pedestrian'] == pytest.approx({'AP': .25, 'recall': .25, 'precision': 1})
    assert rows['rider'] == pytest.approx({'AP': math.nan, 'recall': 0, 'precision': 0}, nan_ok=True)
    assert rows[''] == pytest.approx({'AP': .375, 'recall': 2 / 6, 'precision': 2 / 4})


@pytest.mark.parametrize('seed', range(4))
def test_recall_and_precision_are_those_of_clear(seed, make_random_pair):
    truth, results = make_random_pair(seed)
    scores = score(truth, results, SCORING)
    for label, name in enumerate(truth.classes):
        counts = [count_clear(mask_similarity(*pair).of_label(label), RULES['mots_tools'])
                  for pair in zip(truth.videos, results.videos, strict=True)]
        expected = sum(counts[1:], counts[0]).scores(RULES['mots_tools'])
        assert {key: scores[f'frame/{name}/{key}'] for key in ('recall', 'precision')} == pytest.approx(
            {key: expected[key] for key in ('recall', 'precision')})


@pytest.mark.parametrize('seed', range(4))
def test_ap_is_the_sum_over_thresholds(seed, make_random_pair):
    """Each threshold of the score is one point of the curve, counted from the masks themselves."""
    truth, results = make_random_pair(seed, ignore_label=1)
    found, num_objects = [], 0
    for objects, tracks in zip(truth.videos, results.videos, strict=True):
        size = tracks.video.height, tracks.video.width
        wanted = objects.select(~objects.ignore & (objects.labels == 0))
        num_objects += len(wanted)
        for row in np.flatnonzero(tracks.labels == 0):
            others = wanted.masks[wanted.rows_at(tracks.frames[row])]
            best = rle.iou([tracks.masks[row]], others, *size).max(initial=0)
            found.append((float(tracks.scores[row]), best > .5))
    area, recall = 0.0, 0.0
    for threshold in sorted({rank for rank, _ in found}, reverse=True):
        kept = [hit for rank, hit in found if rank >= threshold]
        area += (sum(kept) / num_objects - recall) * sum(kept) / len(kept)
        recall = sum(kept) / num_objects
    assert score(truth, results, SCORING)['frame/car/AP'] == pytest.approx(area)
    assert area > 0


def test_refuses(make_set, make_tracks, rect):
    mask = rect(0, 0, 3, 3)
    truth = make_set(make_tracks(dict(id=1, masks={0: mask})))
    with pytest.raises(ValueError, match='has a box but no mask'):
        score(truth, make_set(make_tracks(dict(id=1, masks={0: None}))), SCORING)
    twice = make_set(make_tracks(dict(id=1, masks={0: mask}), dict(id=1, masks={0: rect(9, 9, 3, 3)})))
    with pytest.raises(ValueError, match='id 1 occurs 2 times'):
        score(truth, twice, SCORING)
    with pytest.raises(ValueError, match=r'videos \[3\] are not in the ground truth'):
        score(truth, make_set(make_tracks(video=3)), SCORING)
