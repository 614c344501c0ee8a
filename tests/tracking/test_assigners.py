"""Decisions on small matrices, by hand and against brute force."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from mmvist.tracking import Greedy, Hungarian, InOrder

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


@pytest.mark.parametrize('assigner', [Greedy('drop'), Greedy('new'), Greedy('next'), InOrder(), Hungarian(),
                                      Hungarian('cardinality')])
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


def choices(affinity):
    """Every one-to-one choice of rows that is allowed; only a detection that cannot be new may be dropped."""
    for rows in product(range(-1, len(affinity)), repeat=affinity.shape[1]):
        taken = [row for row in rows if row > 0]
        allowed = all((affinity[0, column] == NO) if row == -1 else affinity[row, column] > NO
                      and affinity[row, column] >= affinity[0, column] for column, row in enumerate(rows))
        if allowed and len(set(taken)) == len(taken):
            yield rows


def worth(affinity, rows):
    """Number of matches, the sum of their scores, and the sum of all with one less than the least for the dropped."""
    matches = [affinity[row, column] for column, row in enumerate(rows) if row > 0]
    finite = affinity[affinity > NO]
    dropped = (finite.min() if len(finite) else 0) - 1
    total = sum(affinity[row, column] if row >= 0 else dropped for column, row in enumerate(rows))
    return len(matches), sum(matches), total


def random_matrices(whole):
    """Of whole numbers, so that there are many ties, or of others; a quarter is forbidden."""
    generator = np.random.default_rng(1)
    for _ in range(120):
        shape = generator.integers(1, 5), generator.integers(1, 4)
        affinity = generator.integers(0, 4, shape).astype(float) if whole else np.round(generator.normal(size=shape), 2)
        affinity[generator.random(shape) < .25] = NO
        yield affinity


@pytest.mark.parametrize('whole', [True, False])
class TestHungarianAgainstAllChoices:
    def test_slack(self, whole):
        for affinity in random_matrices(whole):
            best = max(worth(affinity, rows)[::-2] for rows in choices(affinity))
            # Of equal sums, the one with more matches.
            assert worth(affinity, Hungarian()(affinity))[::-2] == pytest.approx(best)

    def test_cardinality(self, whole):
        for affinity in random_matrices(whole):
            best = max(worth(affinity, rows)[:2] for rows in choices(affinity))
            rows = Hungarian('cardinality')(affinity)
            assert tuple(rows.tolist()) in set(choices(affinity))
            assert worth(affinity, rows)[:2] == pytest.approx(best)

    def test_afterwards(self, whole):
        for affinity in random_matrices(whole):
            # As if every pair were good enough, and then those that are not are struck out.
            least = affinity[1:].min(initial=0, where=affinity[1:] > NO)
            rows = Hungarian('cardinality')(np.concatenate([np.where(affinity[:1] > NO, least, NO), affinity[1:]]))
            columns = np.flatnonzero(rows > 0)
            poor = columns[affinity[rows[columns], columns] < affinity[0, columns]]
            rows[poor] = 0
            assert Hungarian('afterwards')(affinity).tolist() == rows.tolist()


@pytest.mark.parametrize(('mode', 'expected'), [('slack', [1, 0]), ('cardinality', [2, 1])])
def test_one_good_match_or_two_poor_ones(mode, expected):
    # Negative distances, "new" is at one: .9 for the good one, .1 and .1 for the two.
    affinity = np.array([[-1., -1.],
                         [-.1, -.9],
                         [-.9, NO]])
    assert Hungarian(mode)(affinity).tolist() == expected


def test_a_poor_pair_stands_in_the_way_of_a_good_one_until_it_is_struck_out():
    # Distances; the sum is least where each takes its second best, of which one is too far.
    affinity = -np.array([[1., 1.],
                          [.1, .2],
                          [.9, 2.]])
    assert Hungarian('afterwards')(affinity).tolist() == [2, 1]
    affinity[2, 0] = -1.1
    assert Hungarian('afterwards')(affinity).tolist() == [0, 1]
    assert Hungarian('slack')(affinity).tolist() == [1, 0]


def test_three_poor_matches_are_more_than_two_that_score_any_amount():
    affinity = np.array([[-1., -1., -1.],
                         [10., 0., NO],
                         [NO, 10., 0.],
                         [0., NO, NO]])
    assert Hungarian('cardinality')(affinity).tolist() == [3, 1, 2]
    assert Hungarian('slack')(affinity).tolist() == [1, 2, 0]


@pytest.mark.parametrize('seed', range(10))
def test_large_sparse_matrices(seed):
    """As a plain assignment in which every detection has a "new" of its own."""
    generator = np.random.default_rng(seed)
    affinity = generator.random((41, 35))
    affinity[1:][generator.random((40, 35)) < generator.choice([.5, .9, .97])] = NO
    affinity[0] = .3
    pairs = np.where(affinity[1:] >= .3, affinity[1:], -1e6)
    own = np.where(np.eye(35, dtype=bool), .3, -1e6)
    plain = linear_sum_assignment(np.concatenate([pairs, own]), maximize=True)
    rows = Hungarian()(affinity)
    assert affinity[rows, np.arange(35)].sum() == pytest.approx(np.concatenate([pairs, own])[plain].sum())
    assert len(set(rows[rows > 0])) == np.count_nonzero(rows)

    huge = pairs[linear_sum_assignment(pairs, maximize=True)]
    rows = Hungarian('cardinality')(affinity)
    assert np.count_nonzero(rows) == np.count_nonzero(huge > 0)
    assert affinity[rows[rows > 0], np.flatnonzero(rows)].sum() == pytest.approx(huge[huge > 0].sum())


@pytest.mark.parametrize('mode', ['slack', 'cardinality'])
@pytest.mark.parametrize(('score', 'expected'), [(-1., 1), (-1.0000001, 0)])
def test_a_pair_at_the_threshold_matches(mode, score, expected):
    assert Hungarian(mode)(np.array([[-1.], [score]])).tolist() == [expected]
    # Beside a better one, too.
    assert Hungarian(mode)(np.array([[-1., -1.], [score, NO], [NO, 1000.]])).tolist() == [expected, 2]


@pytest.mark.parametrize('mode', ['slack', 'cardinality'])
def test_three_old_and_two_new(mode):
    # Distances of .2 and .9 from the first new one, .3 and .95 from the second, to two tracks each.
    affinity = -np.array([[1., 1.], [.2, .95], [.9, .3], [2., 2.]])
    assert Hungarian(mode)(affinity).tolist() == [1, 2]
    assert Hungarian(mode)(-np.array([[1., 1.], [1.2, 1.95], [1.9, 1.3], [2., 2.]])).tolist() == [0, 0]


def in_order(affinity):
    """The tracks' choices one after another, in plain loops."""
    rows = [0 if new > NO else -1 for new in affinity[0]]
    free = list(range(affinity.shape[1]))
    for track in range(1, len(affinity)):
        able = [column for column in free if affinity[track, column] > NO
                and affinity[track, column] >= affinity[0, column]]
        if able:
            best = max(able, key=lambda column, track=track: affinity[track, column])
            rows[best] = track
            free.remove(best)
    return rows


@pytest.mark.parametrize('whole', [True, False])
def test_in_order_is_the_loop(whole):
    for affinity in random_matrices(whole):
        assert InOrder()(affinity).tolist() == in_order(affinity)


def test_the_first_track_takes_what_the_second_wants_more():
    assert InOrder()(np.array([[0., 0.], [2., 1.], [9., NO]])).tolist() == [1, 0]


def test_a_detection_that_must_not_be_born_takes_no_better_match():
    assert Hungarian()(np.array([[NO, 0.], [.1, 50.]])).tolist() == [-1, 1]


def test_greedy_rejects_an_unknown_rule():
    with pytest.raises(ValueError, match="loser must be one of .* got 'kill'"):
        Greedy('kill')


def test_hungarian_rejects_an_unknown_mode():
    with pytest.raises(ValueError, match="mode must be one of .* got 'best'"):
        Hungarian('best')
