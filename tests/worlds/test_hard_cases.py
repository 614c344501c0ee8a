import numpy as np
import pytest

from mmvist.worlds.hard_cases import HardCase, find_hard_cases

OCCLUSION, CROSSING, REENTRY = 'full_occlusion_and_return', 'look_alikes_cross', 'leave_and_reenter'
DIFFERENT = 'different_looks_cross'


def one_object(visible, inside):
    columns = [np.array(list(text), str)[:, None] == '1' for text in (visible, inside)]
    return find_hard_cases(*columns, np.zeros((len(visible), 1, 4)), [(0, 0)])


@pytest.mark.parametrize(('visible', 'inside', 'expected'), [
    ('11111', '11111', []),
    ('11001', '11111', [(OCCLUSION, (1, 4))]),
    ('11001', '11001', [(REENTRY, (1, 4))]),
    ('11001', '11011', [(REENTRY, (1, 4))]),        # hidden first, then out of the image: it may have left
    ('10101', '11101', [(OCCLUSION, (0, 2)), (REENTRY, (2, 4))]),
    ('00110', '11110', []),                         # comes once and does not return
    ('00000', '11111', []),
    ('1', '1', []),
])
def test_gaps(visible, inside, expected):
    assert one_object(visible, inside) == [HardCase(kind, (1,), frames) for kind, frames in expected]


def two_objects(lefts, groups=((1, 5), (1, 5)), hidden=()):
    """Boxes ten pixels wide, their left edges by frame."""
    bboxes = np.zeros((len(lefts), 2, 4))
    bboxes[..., 0] = lefts
    bboxes[..., 2] = bboxes[..., 0] + 10
    visible = np.ones((len(lefts), 2), bool)
    visible[list(hidden), 1] = False
    return find_hard_cases(visible, np.ones_like(visible), bboxes, list(groups))


def test_look_alikes_that_pass_through_each_other_cross():
    assert two_objects([(0, 40), (0, 20), (8, 12), (20, 9), (40, 0)]) == [HardCase(CROSSING, (1, 2), (1, 3))]


def test_a_crossing_may_hide_one_of_them():
    assert two_objects([(0, 40), (8, 12), (40, 0)], hidden=[1]) == [
        HardCase(OCCLUSION, (2,), (0, 2)), HardCase(CROSSING, (1, 2), (0, 2))]


def test_two_of_a_class_that_look_different_are_a_kind_of_their_own():
    assert two_objects([(0, 40), (8, 12), (40, 0)], ((1, 5), (1, 6))) == [HardCase(DIFFERENT, (1, 2), (0, 2))]


def test_objects_of_different_classes_do_not_count():
    assert two_objects([(0, 40), (8, 12), (40, 0)], ((0, 5), (1, 5))) == []


@pytest.mark.parametrize('groups', [((1, 5), (1, 5)), ((1, 5), (1, 6))])
@pytest.mark.parametrize('lefts', [
    [(0, 40), (8, 12), (0, 40)],        # they meet and turn back
    [(0, 40), (0, 30), (0, 20)],        # they never meet
    [(0, 40), (40, 0)],                 # a jump between neighbouring frames
])
def test_no_crossing(lefts, groups):
    assert two_objects(lefts, groups) == []


def test_no_objects():
    assert find_hard_cases(np.zeros((3, 0), bool), np.zeros((3, 0), bool), np.zeros((3, 0, 4)), []) == []
