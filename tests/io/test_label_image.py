import numpy as np

from mmvist.io.label_image import join_values, split_values
from mmvist.structures import rle


def test_one_pass_over_runs():
    values = np.random.default_rng(0).integers(0, 4, (7, 9)).astype(np.uint16)
    masks = split_values(values)
    assert list(masks) == [1, 2, 3]
    for value, mask in masks.items():
        np.testing.assert_array_equal(rle.decode(mask, 7, 9), values == value)
    np.testing.assert_array_equal(join_values(np.array(list(masks)), list(masks.values()), 7, 9), values)


def test_nothing_and_everything():
    assert split_values(np.zeros((2, 3), np.uint16)) == {}
    assert not join_values(np.zeros(0, np.int64), [], 2, 3).any()
    assert rle.decode(split_values(np.full((2, 3), 5, np.uint16))[5], 2, 3).all()


def test_numbers_of_any_width():
    for kind, value in ((np.uint8, 255), (np.uint16, 65535), (np.dtype('<u4'), 2**32 - 1)):
        masks = split_values(np.array([[0, value]], kind))
        assert list(masks) == [value]
        assert rle.decode(masks[value], 1, 2).tolist() == [[False, True]]
