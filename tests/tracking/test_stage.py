"""A stage: sums, gates, and rounds by age."""

import numpy as np
import pytest
import torch

from mmvist.tracking import Stage
from tests.tracking.toys import boxes

HUNGARIAN = dict(type='Hungarian')


def test_cues_are_added_and_gates_forbid_pairs_alone():
    stage = Stage(cues=[dict(type='BoxIoU', weight=3., new=.1), dict(type='SameClass', weight=.5, new=2.)],
                  gates=[dict(type='SameClassOnly'), dict(type='MinScore', threshold=.6)], assigner=HUNGARIAN)
    affinity = stage.affinity(boxes((0, 0, .9), (0, 1, .9)), boxes((0, 0, .9), (0, 1, .9), (0, 1, .5)))
    no = -torch.inf
    assert affinity.tolist() == [pytest.approx([1.3] * 3), [3.5, no, no], [no, 3.5, no]]


def rounds(stage, affinity, tracks, detections, gaps):
    return [(closed.tolist(), rows.tolist()) for closed, rows in stage.decide(
        np.array(affinity), np.array(tracks, int), np.array(detections, int), np.array(gaps))]


def test_the_youngest_choose_first_in_a_cascade():
    no = -np.inf
    affinity = [[0., 0., 0.], [9., 8., 2.], [1., no, no], [no, 5., no], [6., 5., 1.]]
    gaps = [3, 1, 1, 7]
    plain, cascade = (Stage(cues=[dict(type='BoxIoU')], assigner=HUNGARIAN, cascade=cascade)
                      for cascade in (False, True))
    # All at once: 9 + 5 + 1.
    assert rounds(plain, affinity, range(4), range(3), gaps) == [([0, 1, 2], [1, 3, 4])]
    # Those seen in the frame before take 1 and 5, then the first takes the last detection for 2.
    assert rounds(cascade, affinity, range(4), range(3), gaps) == [([0, 1], [2, 3]), ([2], [1])]


def test_tracks_and_detections_that_are_taken_do_not_count():
    stage = Stage(cues=[dict(type='BoxIoU')], assigner=HUNGARIAN)
    affinity = [[0., 0., 0.], [9., 9., 9.], [1., 2., 3.], [4., 4., 4.]]
    assert rounds(stage, affinity, [1], [0, 1], [1, 1, 1]) == [([1], [2])]
    assert rounds(stage, affinity, [], [0, 1], [1, 1, 1]) == [([], [])]
    assert rounds(stage, affinity, [1], [], [1, 1, 1]) == []


def test_a_stage_needs_a_cue():
    with pytest.raises(ValueError, match='Stage: at least one cue is needed'):
        Stage(cues=[], assigner=HUNGARIAN)
