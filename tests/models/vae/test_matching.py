"""Boxes that are proposed, found, or both; and those that stay of what was judged."""

import pytest
import torch

from mmvist.models.vae.matching import join_boxes, match_boxes, suppress


def wide(*lefts, width=10.):
    """Boxes of one row's height."""
    return torch.tensor([[left, 0, left + width, 10] for left in lefts], dtype=torch.float32).reshape(-1, 4)


def test_one_object_is_one_box_around_both():
    # Ten columns each: 2.5 apart they overlap by 7.5 of 12.5 columns, an IoU of .6.
    joined = join_boxes(wide(0), torch.tensor([7]), wide(2.5), min_iou=.5)
    assert joined.bboxes.tolist() == [[0, 0, 12.5, 10]]
    assert (joined.inherited.tolist(), joined.found.tolist()) == ([7], [0])


def test_what_overlaps_less_stays_apart():
    # 30 / 7 apart: an IoU of .4.
    joined = join_boxes(wide(0), torch.tensor([7]), wide(30 / 7), min_iou=.5)
    assert joined.bboxes.tolist() == wide(0, 30 / 7).tolist()
    assert (joined.inherited.tolist(), joined.found.tolist()) == ([7, -1], [-1, 0])


def test_an_overlap_of_the_threshold_is_none():
    # 10 / 3 apart: 20/3 of 40/3 columns.
    rows, _ = match_boxes(torch.tensor([[0., 0, 2, 2]]), torch.tensor([[0., 0, 2, 1]]), min_iou=.5)
    assert len(rows) == 0


def test_pairs_are_the_best_together_and_as_many_as_can_be():
    proposed, found = wide(0, 3), wide(1, -2)
    # 0 would rather have 1, but then 3 had none.
    rows, columns = match_boxes(proposed, found, min_iou=.3)
    assert (rows.tolist(), columns.tolist()) == ([0, 1], [1, 0])


@pytest.mark.parametrize(('proposed', 'found'), [(wide(), wide()), (wide(), wide(3)), (wide(3, 20), wide())])
def test_one_side_may_be_empty(proposed, found):
    joined = join_boxes(proposed, torch.arange(len(proposed)), found)
    assert len(joined.bboxes) == len(proposed) + len(found)
    assert joined.inherited.tolist() == [*range(len(proposed)), *[-1] * len(found)]


def test_the_better_one_of_a_class_stays():
    boxes = wide(0, 1, 1, 30)
    scores, labels = torch.tensor([.6, .9, .8, .4]), torch.tensor([0, 0, 1, 0])
    none = torch.zeros(4, dtype=torch.bool)
    assert suppress(boxes, scores, labels, none, .5, .5).tolist() == [1, 2]
    assert suppress(boxes, scores, labels, none, .3, .5).tolist() == [1, 2, 3]
    assert suppress(boxes, scores, labels, none, .3, .95).tolist() == [1, 2, 0, 3]
    assert suppress(boxes[:0], scores[:0], labels[:0], none[:0], .5, .5).tolist() == []


def test_of_equally_good_ones_the_inherited_wins():
    boxes, scores = wide(0, 1), torch.tensor([.8, .8])
    for preferred in ([True, False], [False, True]):
        kept = suppress(boxes, scores, torch.zeros(2, dtype=torch.long), torch.tensor(preferred), .5, .5)
        assert kept.tolist() == [preferred.index(True)]
