"""Truth of whole frames."""

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from mmvist.models.dense_truth import IGNORED, NOTHING, id_map, padded_masks


def bitmap(*pictures, size=(3, 4)):
    """Masks drawn as rows of text, '#' where the object is."""
    masks = [[[character == '#' for character in row] for row in picture.split()] for picture in pictures]
    return BitmapMasks(np.array(masks, np.uint8).reshape(-1, *size), *size)


def sample_of(masks, ids, ignored=None, boxes=(), size=(3, 4)):
    """A frame with objects, and with ignored masks or else boxes."""
    sample = DetDataSample(metainfo=dict(img_shape=size))
    sample.gt_instances = InstanceData(masks=masks, ids=torch.tensor(ids, dtype=torch.long))
    rest = {'bboxes': torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)} if ignored is None else {
        'bboxes': torch.zeros(len(ignored), 4), 'masks': ignored}
    sample.ignored_instances = InstanceData(**rest)
    return sample


def test_masks_are_padded_below_and_to_the_right():
    masks = bitmap('#... ##.. ....', '...# ...# ...#')
    padded = padded_masks(masks, (4, 6), 'cpu')
    assert padded.dtype == torch.bool
    assert padded.int().tolist() == [
        [[1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0] * 6, [0] * 6],
        [[0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0], [0] * 6]]
    assert masks.masks.shape == (2, 3, 4)


@pytest.mark.parametrize('size', [(3, 4), (5, 8)])
def test_no_mask(size):
    padded = padded_masks(bitmap(), size, 'cpu')
    assert (padded.shape, padded.dtype) == ((0, *size), torch.bool)


@pytest.mark.parametrize('size', [(2, 8), (8, 3)])
def test_an_image_larger_than_the_input(size):
    with pytest.raises(ValueError, match=f'masks must fit into {size[0]}x{size[1]} pixels .*, got 3x4'):
        padded_masks(bitmap('#... ##.. ....'), size, 'cpu')


def test_ids():
    ids = id_map(sample_of(bitmap('#... #... ....', '..## .... ....'), [7, 0]), (3, 4), 'cpu')
    assert ids.dtype == torch.int64
    assert ids.tolist() == [[7, -1, 0, 0], [7, -1, -1, -1], [-1] * 4]
    assert (NOTHING, IGNORED) == (-1, -2)


@pytest.mark.parametrize('stride', [1, 2, 3, 4, 9])
def test_some_of_the_pixels(stride):
    # One of each square, to the right of and below its middle where there is none there; none of a square that ends
    # before it.
    sample = sample_of(bitmap('#... #... ....', '..## ..#. ....'), [7, 0], boxes=[[3, 1, 4, 3]])
    whole = id_map(sample, (4, 6), 'cpu')
    rows, columns = (range(stride // 2, length, stride) for length in (4, 6))
    expected = [[whole[row, column].item() for column in columns] for row in rows]
    assert id_map(sample, (4, 6), 'cpu', stride).tolist() == expected


def test_outside_of_the_image_is_ignored():
    ids = id_map(sample_of(bitmap('#... .... ...#'), [5]), (4, 6), 'cpu')
    assert ids.tolist() == [[5, -1, -1, -1, -2, -2], [-1] * 4 + [-2] * 2, [-1, -1, -1, 5, -2, -2], [-2] * 6]


@pytest.mark.parametrize('order', [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_the_smaller_is_on_top(order):
    # Areas 12, 6 and 2.
    pictures = ['#### #### ####', '##.. ##.. ##..', '#... #... ....']
    sample = sample_of(bitmap(*(pictures[number] for number in order)), order)
    assert id_map(sample, (3, 4), 'cpu').tolist() == [[2, 1, 0, 0], [2, 1, 0, 0], [1, 1, 0, 0]]


def test_of_equally_large_ones_the_later_is_on_top():
    sample = sample_of(bitmap('##.. .... ....', '.##. .... ....'), [3, 4])
    assert id_map(sample, (3, 4), 'cpu')[0].tolist() == [3, 4, 4, -1]


def test_ignored_masks_are_below_objects():
    ignored = bitmap('###. .... ....', '.... .... ...#')
    sample = sample_of(bitmap('#... #... ....'), [1], ignored)
    assert id_map(sample, (3, 5), 'cpu').tolist() == [[1, -2, -2, -1, -2], [1, -1, -1, -1, -2], [-1, -1, -1, -2, -2]]


def test_ignored_boxes():
    # Columns 1 and 2 of row 0; and what a box touches: columns 2 and 3 of rows 1 and 2.
    sample = sample_of(bitmap('.#.. .... ....'), [1], boxes=[[1, 0, 3, 1], [2.5, 1.9, 3.1, 2.2]])
    assert id_map(sample, (3, 4), 'cpu').tolist() == [[-1, 1, -2, -1], [-1, -1, -2, -2], [-1, -1, -2, -2]]


@pytest.mark.parametrize('ignored', [None, bitmap()])
def test_an_empty_frame(ignored):
    ids = id_map(sample_of(bitmap(), [], ignored), (4, 4), 'cpu')
    assert ids.tolist() == [[-1] * 4] * 3 + [[-2] * 4]


def test_the_sample_is_left_as_it_is():
    sample = sample_of(bitmap('##.. .... ....', '.##. .... ....'), [3, 4], boxes=[[0, 0, 4, 3]])
    before = sample.gt_instances.masks.masks.copy(), sample.ignored_instances.bboxes.clone()
    id_map(sample, (4, 4), 'cpu')
    assert np.array_equal(sample.gt_instances.masks.masks, before[0])
    assert torch.equal(sample.ignored_instances.bboxes, before[1])
    assert sample.gt_instances.ids.tolist() == [3, 4]
