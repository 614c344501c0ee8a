"""Decisions on small matrices, by hand and against brute force."""

from itertools import product

import numpy as np
import pytest

from mmvist.tracking import Greedy, Hungarian

NO = -np.inf


@pytest.mark.parametrize(('loser', 'expected'), [
    ('drop', [1, -1]),   # MaskTrack R-CNN: the weaker claim leaves the frame
    ('new', [1, 0]),     # it starts a track instead
    ('next', [1, 0]),    # its next best free row is "new"
])
def test_two_detections_want_one_track(loser, expected):
    affinity = np.array([[.3, .3],
                         [.9, .8]])
    assert Greedy(loser)(affinity).tolist() == expected


def test_a_loser_takes_its_second_choice():
    affinity = np.array([[0., 0., 0.],
                         [5., 4., 3.],
                         [1., 3., 2.]])
    assert Greedy('next')(affinity).tolist() == [1, 2, 0]


def test_a_later_detection_beats_an_earlier_one():
    affinity = np.array([[.1, .1], [.5, .6]])
    assert Greedy('drop')(affinity).tolist() == [-1, 1]


def test_ties_favour_the_new_row_and_the_first_detection():
    assert Greedy('drop')(np.array([[1.], [1.]])).tolist() == [0]
    assert Greedy('drop')(np.array([[0., 0.], [1., 1.]])).tolist() == [1, -1]


@pytest.mark.parametrize('assigner', [Greedy('drop'), Greedy('new'), Greedy('next'), Hungarian()])
class TestEveryAssigner:
    def test_no_detection(self, assigner):
        assert assigner(np.zeros((3, 0))).tolist() == []

    def test_no_track(self, assigner):
        assert assigner(np.zeros((1, 2))).tolist() == [0, 0]

    def test_forbidden_pairs_never_match(self, assigner):
        assert assigner(np.array([[0., 0.], [NO, NO]])).tolist() == [0, 0]

    def test_all_forbidden_is_dropped(self, assigner):
        assert assigner(np.array([[NO, 0.], [NO, 5.]])).tolist() == [-1, 1]

    def test_no_track_is_taken_twice(self, assigner):
        generator = np.random.default_rng(0)
        for _ in range(200):
            affinity = generator.integers(0, 4, (generator.integers(1, 6), generator.integers(0, 6))).astype(float)
            rows = assigner(affinity)
            taken = rows[rows > 0]
            assert len(set(taken.tolist())) == len(taken)
            assert rows.max(initial=0) < len(affinity)

    def test_the_matrix_is_not_modified(self, assigner):
        affinity = np.array([[.1, .1], [.5, .6]])
        assigner(affinity)
        assert affinity.tolist() == [[.1, .1], [.5, .6]]


def best_sum(affinity):
    """The best total over every injective choice of rows; only a detection that cannot be new may be dropped."""
    best = -np.inf
    dropped = affinity[affinity > NO].min(initial=0 if not (affinity > NO).any() else np.inf) - 1
    for rows in product(range(-1, len(affinity)), repeat=affinity.shape[1]):
        taken = [row for row in rows if row > 0]
        if len(set(taken)) < len(taken):
            continue
        values = [affinity[row, column] if row >= 0 else dropped if affinity[0, column] == NO else NO
                  for column, row in enumerate(rows)]
        best = max(best, sum(values))
    return best


def test_hungarian_is_optimal():
    generator = np.random.default_rng(1)
    for _ in range(150):
        affinity = np.round(generator.normal(size=(generator.integers(1, 5), generator.integers(1, 4))), 2)
        affinity[generator.random(affinity.shape) < .25] = NO
        rows = Hungarian()(affinity)
        dropped = affinity[affinity > NO].min(initial=0 if not (affinity > NO).any() else np.inf) - 1
        total = sum(affinity[row, column] if row >= 0 else dropped for column, row in enumerate(rows))
        assert total == pytest.approx(best_sum(affinity))


def test_a_detection_that_must_not_be_born_takes_no_better_match():
    assert Hungarian()(np.array([[NO, 0.], [.1, 50.]])).tolist() == [-1, 1]


def test_greedy_rejects_an_unknown_rule():
    with pytest.raises(ValueError, match="loser must be one of .* got 'kill'"):
        Greedy('kill')
