"""Boxes that are proposed, found, or both; and those that stay of what was judged."""

import pytest
import torch

from mmvist.models.vae.matching import NEW, JoinedBoxes, join_boxes, match_boxes, suppress


def wide(*lefts, width=10.):
    """Boxes of one row's height."""
    return torch.tensor([[left, 0, left + width, 10] for left in lefts], dtype=torch.float32).reshape(-1, 4)


def integers(*values):
    return torch.tensor(values, dtype=torch.int64)


def test_one_object_is_one_box_around_both():
    # Ten columns each: 2.5 apart they overlap by 7.5 of 12.5 columns, an IoU of .6.
    joined = join_boxes(wide(0), integers(7), integers(0), wide(2.5), min_iou=.5)
    assert joined.bboxes.tolist() == [[0, 0, 12.5, 10]]
    assert (joined.inherited.tolist(), joined.ages.tolist()) == ([7], [0])


def test_what_overlaps_less_stays_apart():
    # 30 / 7 apart: an IoU of .4.
    joined = join_boxes(wide(0), integers(7), integers(2), wide(30 / 7), min_iou=.5)
    assert joined.bboxes.tolist() == wide(0, 30 / 7).tolist()
    assert (joined.inherited.tolist(), joined.ages.tolist()) == ([7, -1], [2, NEW])


def test_who_sleeps_gets_what_is_left():
    """7 sleeps and would fit the found boxes at 1 and 21 better than 8 and 9, which were found in the last frame."""
    joined = join_boxes(wide(1, 3, 40), integers(7, 8, 9), integers(2, 0, 0), wide(1, 21, 41), min_iou=.5)
    assert joined.bboxes.tolist() == [*wide(1).tolist(), [1, 0, 13, 10], [40, 0, 51, 10], *wide(21).tolist()]
    assert joined.inherited.tolist() == [7, 8, 9, -1]
    joined = join_boxes(wide(1, 3), integers(7, 8), integers(2, 0), wide(1, 2), min_iou=.5)
    assert joined.bboxes.tolist() == [[1, 0, 11, 10], [2, 0, 13, 10]]


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
    ids = torch.arange(len(proposed))
    joined = join_boxes(proposed, ids, ids, found)
    assert len(joined.bboxes) == len(proposed) + len(found)
    assert joined.inherited.tolist() == [*ids.tolist(), *[-1] * len(found)]


def stay(boxes, scores, labels, min_score=.5, max_iou=.5, ids=None, ages=None):
    """Rows that stay, and whom they continue; by default nobody is known."""
    new = torch.full((len(boxes),), -1)
    joined = JoinedBoxes(boxes, new if ids is None else integers(*ids),
                         new * -NEW if ages is None else integers(*ages))
    kept, inherited = suppress(joined, torch.tensor(scores), integers(*labels), min_score, max_iou)
    return kept.tolist(), inherited.tolist()


def test_the_better_one_of_a_class_stays():
    four = wide(0, 1, 1, 30), (.6, .9, .8, .4), (0, 0, 1, 0)
    assert stay(*four) == ([1, 2], [-1] * 2)
    assert stay(*four, min_score=.3) == ([1, 2, 3], [-1] * 3)
    assert stay(*four, min_score=.3, max_iou=.95) == ([1, 2, 0, 3], [-1] * 4)
    # Of no area, and so beside nobody.
    assert stay(torch.zeros(2, 4), (.6, .9), (0, 0)) == ([1, 0], [-1, -1])
    assert stay(wide(), (), ()) == ([], [])


def test_the_one_that_stays_takes_the_identity_of_those_that_go():
    """All show one object; the last one is of another class, or is another object."""
    boxes, scores = wide(0, 1, 2, 3), (.6, .8, .9, .7)
    assert stay(boxes, scores, (0, 0, 0, 1), ids=(4, -1, -1, 5), ages=(0, NEW, NEW, 0)) == ([2, 3], [4, 5])
    # Who sleeps comes after who is awake, and of two that are awake the better one goes on.
    assert stay(boxes, scores, (0, 0, 0, 1), ids=(4, 6, -1, 5), ages=(0, 2, NEW, 0)) == ([2, 3], [4, 5])
    assert stay(boxes, scores, (0, 0, 0, 1), ids=(4, 6, -1, 5), ages=(0, 0, NEW, 0)) == ([2, 3], [6, 5])
    # Too bad to be anything, it has no identity to give.
    assert stay(boxes, (.4, .8, .9, .7), (0, 0, 0, 1), ids=(4, -1, -1, 5), ages=(0, NEW, NEW, 0)) == ([2, 3], [-1, 5])


def test_of_equally_good_ones_the_inherited_stays():
    for ids in ((7, -1), (-1, 7)):
        kept, inherited = stay(wide(0, 1), (.8, .8), (0, 0), ids=ids, ages=[0 if track == 7 else NEW for track in ids])
        assert (kept, inherited) == ([ids.index(7)], [7])
