"""What becomes of a detector's instances."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.mining import SegmentRules
from tests.mining.boards import EMPTY, block, pixels, result_of

FOUND = ('person', 'rider', 'car', 'tree')
MAP = {'person': 'pedestrian', 'car': 'car', 'rider': 'ignore'}


def rules(**options):
    return SegmentRules(('car', 'pedestrian'), FOUND, MAP, **options)


def test_classes_are_renamed_ignored_or_left_out():
    result = rules().of_frame(result_of(0, [
        (label, .9 - label / 10, block(0, 4 * label, 2, 2)) for label in range(4)]))
    assert rules().classes == ('car', 'pedestrian', 'ignore')
    assert result.labels.tolist() == [1, 2, 0]
    assert result.scores.tolist() == pytest.approx([.9, .8, .7])


def test_star_stands_for_all_other_classes():
    result = SegmentRules(('thing',), FOUND, {'tree': 'ignore', '*': 'thing'}).of_frame(
        result_of(0, [(label, .9, block(0, 4 * label, 2, 2)) for label in range(4)]))
    assert result.labels.tolist() == [0, 0, 0, 1]


def test_names_stay_by_default():
    rows = [(0, .9, block(0, 0, 2, 2)), (2, .9, block(4, 0, 2, 2))]
    result = SegmentRules(('car',), FOUND).of_frame(result_of(0, rows))
    assert result.labels.tolist() == [0]


def test_the_score_that_is_just_enough():
    rows = [(2, .5, block(0, 0, 2, 2)), (2, .49, block(0, 4, 2, 2))]
    assert rules().of_frame(result_of(0, rows)).scores.tolist() == [.5]
    assert len(rules(min_score=.4).of_frame(result_of(0, rows))) == 2


def test_pixels_go_to_the_better_score_whatever_its_class():
    # A tree covers two of the car's four columns, half of it, and three of the person's four, which is too much.
    rows = [(2, .7, block(0, 0, 2, 4)), (3, .9, block(0, 2, 4, 2)), (0, .6, block(2, 1, 2, 4)), (2, .8, EMPTY)]
    result = rules().of_frame(result_of(0, rows))
    assert result.labels.tolist() == [0, 1]
    assert np.array_equal(pixels(result.masks[0]), pixels(block(0, 0, 2, 2)))
    assert result.bboxes.tolist() == [[0, 0, 2, 2], [1, 2, 5, 4]]
    assert np.array_equal(pixels(result.masks[1]), pixels(block(2, 1, 2, 1)) | pixels(block(2, 4, 2, 1)))
    assert rules(max_covered=.49).of_frame(result_of(0, rows)).labels.tolist() == []


@pytest.mark.parametrize(('class_map', 'message'), [
    ({'cat': 'car'}, r"class_map names \['cat'\], which the detector does not find; it finds \['person', "),
    ({'person': 'walker'}, r"class_map makes \['walker'\], which are neither among the mined classes \['car'\] nor "),
    (None, r"classes name \['lorry'\], which the detector does not find")])
def test_maps_that_do_not_fit(class_map, message):
    with pytest.raises(ValueError, match=message):
        SegmentRules(('lorry',) if class_map is None else ('car',), FOUND, class_map)


def test_boxes_alone_are_no_segments():
    with pytest.raises(ValueError, match='frame 0: the detector finds boxes without masks'):
        rules().of_frame(replace(result_of(0, [(0, .9, block(0, 0, 2, 2))]), masks=(None,)))
