"""Contact sheets."""

import numpy as np
import pytest

from mmvist.visualization import montage


def test_images_fill_row_by_row():
    sheet = montage([np.full((2, 3, 3), value, np.uint8) for value in (1, 2, 3)], num_columns=2, gap=1)
    assert sheet[..., 0].tolist() == [[1, 1, 1, 255, 2, 2, 2], [1, 1, 1, 255, 2, 2, 2], [255] * 7,
                                      [3, 3, 3, 255, 255, 255, 255], [3, 3, 3, 255, 255, 255, 255]]


def test_the_ground():
    sheet = montage([np.zeros((1, 1, 3), np.uint8)] * 3, num_columns=2, gap=1, ground=(1, 2, 3))
    assert sheet[1].tolist() == [[1, 2, 3]] * 3
    assert sheet[2].tolist() == [[0, 0, 0], [1, 2, 3], [1, 2, 3]]


def test_no_more_columns_than_images():
    assert montage([np.zeros((2, 3, 3), np.uint8)], num_columns=5).shape == (2, 3, 3)


@pytest.mark.parametrize(('images', 'columns', 'message'), [
    ([], 1, 'got 0 images'), ([np.zeros((2, 3, 3), np.uint8)], 0, 'num_columns=0'),
    ([np.zeros((2, 3, 3), np.uint8), np.zeros((3, 2, 3), np.uint8)], 1,
     r'images must have one size, got \[\(2, 3, 3\), \(3, 2, 3\)\]')])
def test_sheets_that_cannot_be(images, columns, message):
    with pytest.raises(ValueError, match=message):
        montage(images, columns)
