"""The best paths, against hand-worked sums and plain loops."""

import numpy as np
import pytest

from mmvist.tracking.paths import Paths
from mmvist.tracking.portions import append


def taken(values, offsets, links):
    """All paths, best first."""
    paths, found = Paths(np.array(values, float), np.array(offsets), links), []
    while len(path := paths.best()):
        found.append(path.tolist())
        paths.remove(path)
    return found


def from_scratch(values, offsets, links):
    """The same in plain loops that begin anew after every path."""
    left, found = set(range(len(values))), []
    while left:
        worth, previous = {}, {}
        for frame in range(len(links)):
            for row in range(offsets[frame], offsets[frame + 1]):
                worth[row], previous[row] = (values[row] if row in left else -np.inf), None
                if row not in left or links[frame] is None:
                    continue
                best = -np.inf
                for source in range(offsets[frame - 1], offsets[frame]):
                    offered = worth[source] + links[frame][source - offsets[frame - 1], row - offsets[frame]]
                    if offered > best:
                        best, previous[row] = offered, source
                if best < 0:
                    previous[row] = None
                worth[row] = values[row] + max(best, 0)
        row, path = max(sorted(left), key=lambda row: worth[row]), []
        while row is not None:
            path.append(row)
            row = previous[row]
        found.append(path[::-1])
        left -= set(path)
    return found


def test_sums_by_hand():
    # 0 -> 2 is worth -1 - 1 + 5 = 3, 1 -> 2 is worth -2 - 1 + 7 = 4; then 0 alone -1, 0 -> 3 only -1 - 3 + 1 = -3.
    assert taken([-1, -2, -1, -3], [0, 2, 4], [None, np.array([[5., 1], [7, 2]])]) == [[1, 2], [0], [3]]


def test_a_path_starts_where_what_came_before_costs_more_than_it_brings():
    # Before 2 there are -9 + 5 = -4 over 0, and -9 + 9 = 0 over 1, no loss: the longer path is taken.
    assert taken([-9, -9, -1], [0, 2, 3], [None, np.array([[5.], [9]])]) == [[1, 2], [0]]
    assert taken([-9, -9, -1], [0, 2, 3], [None, np.array([[5.], [8]])]) == [[2], [0], [1]]


def test_of_equal_paths_the_first_to_end_and_the_first_listed_are_taken():
    # Two frames of two, all links 0: everything is worth 0.
    assert taken([0] * 4, [0, 2, 4], [None, np.zeros((2, 2))]) == [[0], [1], [2], [3]]
    # All links 1: both ends are worth 1, from both sources.
    assert taken([0] * 4, [0, 2, 4], [None, np.ones((2, 2))]) == [[0, 2], [1, 3]]


def test_no_path_crosses_a_gap_or_a_forbidden_link():
    assert taken([0, 0, 0], [0, 1, 2, 3], [None, np.full((1, 1), -np.inf), None]) == [[0], [1], [2]]


def test_nothing():
    assert taken([], [0], []) == []


@pytest.mark.parametrize('seed', range(40))
def test_what_is_left_is_worth_what_a_new_search_finds(seed):
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 6, 15)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    # Whole numbers, so that there are many ties.
    values = -generator.integers(0, 3, offsets[-1]).astype(float)
    links = [None]
    for before, now in zip(sizes[:-1], sizes[1:], strict=True):
        link = generator.integers(0, 4, (before, now)).astype(float)
        link[generator.random((before, now)) < .5] = -np.inf
        links.append(None if generator.random() < .1 else link)
    assert taken(values, offsets, links) == from_scratch(values, offsets, links)


def test_portions_are_few_and_old_ones_stay():
    portions, copies = (), []
    for value in range(200):
        copies.append((portions, [portion.tolist() for portion in portions]))
        portions = append(portions, np.full(value % 3, value), lambda *pair: np.concatenate(pair))
        sizes = list(map(len, portions))
        assert all(earlier > later for earlier, later in zip(sizes[:-1], sizes[1:], strict=True))
    assert len(portions) <= 8
    assert np.concatenate(portions).tolist() == [value for value in range(200) for _ in range(value % 3)]
    assert all([portion.tolist() for portion in old] == kept for old, kept in copies)
