"""MOTSNet's linking (Porzi et al. 2020, Eq. 5 and 6): distance of embeddings plus gap over N_w, of at most one."""

import pytest
import torch

from mmvist.engine import load_config
from mmvist.structures.instances import Instances
from tests.tracking.toys import follow


def rules(mode='slack', window=12, max_age=12):
    """The config's, without what comes before they are linked: scores and masks."""
    tracker = load_config('configs/_base_/trackers/motsnet.py').tracker
    assert tracker.pop('filters') == [dict(type='MinScore', threshold=0.5)]
    assert (tracker.pop('pixel_masks'), tracker.pop('max_covered')) == (True, 0.5)
    assert (tracker.stages[0].cues[1], tracker.stages[0].assigner.mode) == (dict(type='Gap', window=12), 'slack')
    tracker.stages[0].cues[1].window, tracker.stages[0].assigner.mode = window, mode
    tracker.max_age = tracker.max_age if max_age == 12 else max_age
    return tracker


def seen(*rows):
    """Rows (embedding[, label])."""
    points = [row if isinstance(row[0], tuple) else (row, 0) for row in rows]
    return Instances(bboxes=torch.zeros(len(rows), 4), scores=torch.ones(len(rows)),
                     labels=torch.tensor([label for _, label in points], dtype=torch.long),
                     embeds=torch.tensor([point for point, _ in points], dtype=torch.float32).reshape(-1, 3))


def ids(config, *frames):
    return [instances.ids.tolist() for instances in follow(config, [seen(*rows) for rows in frames])[1]]


HERE = 0., 0., 0.


@pytest.mark.parametrize('mode', ['slack', 'cardinality'])
class TestEitherMode:
    @pytest.mark.parametrize('window', [10, 12])
    def test_absence_of_the_window_less_one_is_the_longest(self, mode, window):
        # Equal embeddings: what counts is the gap, 12 / 12 after an absence of 11 frames.
        config = rules(mode, window, None)
        assert ids(config, [HERE], *[[]] * (window - 1), [HERE])[-1] == [0]
        assert ids(config, [HERE], *[[]] * window, [HERE])[-1] == [1]

    def test_max_age_says_the_same(self, mode):
        config = rules(mode)
        assert ids(config, [HERE], *[[]] * 11, [HERE])[-1] == [0]
        state, _, _ = follow(config, [seen(HERE), *[seen()] * 12, seen(HERE)])
        assert state.records.ids.tolist() == [1]

    def test_a_distance_of_one_less_the_gap_is_linked(self, mode):
        # 11 / 12 = .91667 and a frame's 1 / 12 make one.
        assert ids(rules(mode), [HERE], [(.9166, 0, 0)]) == [[0], [0]]
        assert ids(rules(mode), [HERE], [(.9167, 0, 0)]) == [[0], [1]]
        # In numbers without rounding: 1 / 4 and 3 / 4.
        assert ids(rules(mode, window=4), [HERE], [(.75, 0, 0)]) == [[0], [0]]

    def test_two_of_three_are_linked(self, mode):
        # Distances of 1/10 and 4/5 from the first new one, 1/5 and 7/10 from the second; far from the third.
        old = [(0, 0, 0), (.9, 0, 0), (0, 50, 0)]
        assert ids(rules(mode), old, [(.1, 0, 0), (.7, 0, 0)]) == [[0, 1, 2], [0, 1]]

    def test_all_farther_than_one_are_new(self, mode):
        old = [(0, 0, 0), (0, 10, 0), (0, 0, 10)]
        assert ids(rules(mode), old, [(2, 0, 0), (0, 8.9, 0)]) == [[0, 1, 2], [3, 4]]

    def test_another_class_is_someone_else(self, mode):
        assert ids(rules(mode), [(HERE, 0)], [(HERE, 1)]) == [[0], [1]]

    def test_four_segments_vanish_and_five_stay(self, mode):
        for length, kept in ((4, False), (5, True)):
            # Segments count, not the frames they span.
            _, _, summaries = follow(rules(mode), [seen(HERE), seen(), *[seen(HERE)] * (length - 1)])
            assert summaries[0].keep == kept


def test_the_trap_a_good_match_or_two_poor_ones():
    # From the tracks to the new ones: .1 and .6, .5 and 1.2; a twelfth more for the gap.
    frames = [(0, 0, 0), (.6, 0, 0)], [(.1, 0, 0), (-.6, 0, 0)]
    # 1 - .18 = .82 for the good one; 1 - .68 and 1 - .58, .74, for the two.
    assert ids(rules('slack'), *frames) == [[0, 1], [0, 2]]
    assert ids(rules('cardinality'), *frames) == [[0, 1], [1, 0]]


def test_the_trap_of_the_paper_is_not_ours():
    # Assigning nothing costs nothing in the paper's relaxed problem; here every match within the limit is worth it.
    assert ids(rules(), [(0, 0, 0), (0, 5, 0)], [(.9, 0, 0), (0, 5.9, 0)]) == [[0, 1], [0, 1]]
