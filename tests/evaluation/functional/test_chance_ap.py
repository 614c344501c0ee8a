"""Average precision of a ranking by chance: by hand, over all rankings, and against a paper's table."""

from itertools import combinations

import numpy as np
import pytest

from mmvist.evaluation.functional.chance_ap import chance_ap


def ranked_ap(hits, num_objects):
    """Of one ranking, as nuScenes' program has it."""
    found = np.cumsum(hits)
    precision = np.interp(np.linspace(0, 1, 101), found / num_objects, found / np.arange(1, len(hits) + 1), right=0)
    return np.mean(np.maximum(precision[11:] - .1, 0)) / .9


@pytest.mark.parametrize(('num_hits', 'num_results', 'num_objects', 'expected'), [
    (7, 7, 7, 1),
    (1, 1, 1, 1),
    (1, 1, 2, 40 / 90),                     # recalls 0.11 to 0.5
    (0, 5, 3, 0), (0, 0, 3, 0), (0, 0, 0, 0), (0, 4, 0, 0),
    (9, 9, 100, 0),                         # a recall of 0.1 is not passed
    (1, 20, 1, None),                       # the only hit comes last in most rankings
])
def test_by_hand(num_hits, num_results, num_objects, expected):
    if expected is None:
        # At place n the precision rises linearly from 0 to 1 / n; at place 1 it is 1. At the recall of 1 it has fallen
        # to 1 / 20.
        recalls = np.arange(11, 100) / 100
        curves = [np.ones(89), *(recalls / place for place in range(2, 21))]
        expected = np.mean([np.sum(np.maximum(curve - .1, 0)) / .9 / 90 for curve in curves])
    assert chance_ap(num_hits, num_results, num_objects) == pytest.approx(expected)


@pytest.mark.parametrize('num_objects', [1, 3, 4, 5, 7])
def test_is_the_mean_of_all_rankings(num_objects):
    for num_hits in range(num_objects + 1):
        for num_misses in (0, 1, 2, 5):
            num_results = num_hits + num_misses
            if num_results == 0:
                continue
            rankings = [[place in chosen for place in range(num_results)]
                        for chosen in combinations(range(num_results), num_hits)]
            expected = np.mean([ranked_ap(hits, num_objects) for hits in rankings])
            assert chance_ap(num_hits, num_results, num_objects) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(('name', 'recall', 'precision', 'published'), [
    ('Brabandere', .770, .841, .612), ('Mask R-CNN', .771, .875, .646), ('TrackR-CNN', .775, .894, .656),
    ('without temporal model', .777, .835, .607), ('without depth', .795, .822, .614), ('ours', .764, .839, .600),
    ('GT mean', .816, .886, .691), ('GT mask', .832, .971, .786), ('both', .824, .892, .710)])
def test_published_values_follow_from_recall_and_precision(name, recall, precision, published):
    """Hu et al. (2019), tables 2 and 3: what is left is the chance of one draw, and the third decimal of recall."""
    num_objects = 4800
    num_hits = round(recall * num_objects)
    assert chance_ap(num_hits, round(num_hits / precision), num_objects) == pytest.approx(published, abs=.0065)


def test_many_results():
    """Nearly the precision, at all recalls up to the last."""
    assert chance_ap(50_000, 80_000, 100_000) == pytest.approx(40 / 90 * (5 / 8 - .1) / .9, abs=1e-4)
