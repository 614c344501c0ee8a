"""Measures of the canvas."""

import numpy as np
import pytest

from mmvist.structures import Video
from mmvist.visualization.canvas import enlargement, line_width, visible

VIDEO = Video(1, 'one', 10, 20, 3)


@pytest.mark.parametrize('factor', [1, 3])
def test_a_whole_multiple(factor):
    assert enlargement(np.zeros((10 * factor, 20 * factor, 3), np.uint8), VIDEO) == factor


@pytest.mark.parametrize('size', [(20, 10), (15, 30), (5, 10), (20, 41)])
def test_other_sizes(size):
    with pytest.raises(ValueError, match=rf'video one: .* 10x20 \(HxW\), got {size[0]}x{size[1]}'):
        enlargement(np.zeros((*size, 3), np.uint8), VIDEO)


@pytest.mark.parametrize(('size', 'width'), [((192, 320), 1), ((480, 640), 1), ((720, 1280), 2), ((1920, 1080), 2),
                                             ((2160, 3840), 5)])
def test_line_width(size, width):
    assert line_width(np.zeros((*size, 3), np.uint8)) == width


def test_boxes_without_area_are_not_visible(result):
    seen = visible(result(0, (1, 0, 1., (0, 0, 0, 0)), (2, 0, 1., (3, 3, 9, 9)), (3, 0, 1., (5, 5, 5, 9))))
    assert seen.ids.tolist() == [2]
    assert len(seen.masks) == len(seen.bboxes) == len(seen.labels) == len(seen.scores) == 1
