"""Targets of the mask head: those of mmdet, and one by hand."""

import numpy as np
import pytest
import torch
from mmdet.structures.mask import BitmapMasks, mask_target
from mmengine.config import ConfigDict

from mmvist.models.detectors.mask_targets import mask_targets

HEIGHT, WIDTH = 40, 56


def blobs(count, seed):
    generator = np.random.default_rng(seed)
    coarse = generator.random((count, HEIGHT // 4, WIDTH // 4)) < .6
    return BitmapMasks(np.kron(coarse, np.ones((1, 4, 4))).astype(np.uint8), HEIGHT, WIDTH)


def regions(count, seed):
    """Boxes inside of the image."""
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(count, 2, 2, generator=generator).sort(1).values * torch.tensor([WIDTH, HEIGHT])
    return corners.flatten(1), torch.randint(3, (count,), generator=generator)


@pytest.mark.parametrize('size', [7, 28])
@pytest.mark.parametrize('seed', range(4))
def test_as_mmdet(seed, size):
    masks, (bboxes, matched) = blobs(3, seed), regions(20, seed)
    # mmdet clips boxes in place.
    expected = mask_target([bboxes.clone()], [matched], [masks], ConfigDict(mask_size=size))
    targets = mask_targets(bboxes, matched, masks, size)
    assert 0 < expected.mean() < 1
    assert targets.dtype == torch.float32
    assert torch.equal(targets, expected)


def test_by_hand():
    # Columns from 2 and rows to 6; the second object is everywhere but there.
    first = np.zeros((8, 8), np.uint8)
    first[:6, 2:] = 1
    masks = BitmapMasks(np.stack([first, 1 - first]), 8, 8)
    bboxes = torch.tensor([[0., 0., 8., 8.], [0., 0., 8., 8.], [0., 4., 4., 8.]])
    targets = mask_targets(bboxes, torch.tensor([0, 1, 0]), masks, 4)
    assert targets[0].tolist() == [[0, 1, 1, 1]] * 3 + [[0, 0, 0, 0]]
    assert targets[1].tolist() == [[1, 0, 0, 0]] * 3 + [[1, 1, 1, 1]]
    assert targets[2].tolist() == [[0, 0, 1, 1]] * 2 + [[0, 0, 0, 0]] * 2
    # Half of a cell is enough: of four pixels each, two, four, one and two are inside.
    assert mask_targets(torch.tensor([[1., 3., 5., 7.]]), torch.tensor([0]), masks, 2)[0].tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize('objects', [0, 3])
def test_no_region(objects):
    targets = mask_targets(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), blobs(objects, 0), 28)
    assert (targets.shape, targets.dtype) == ((0, 28, 28), torch.float32)


def test_arguments_are_left_as_they_are():
    # The boxes leave the image.
    masks, matched = blobs(3, 0), torch.tensor([0, 2])
    bboxes = torch.tensor([[-5., -4., 20., 50.], [30., 10., 70., 20.]])
    before = bboxes.clone(), matched.clone(), masks.masks.copy()
    mask_targets(bboxes, matched, masks, 14)
    assert torch.equal(bboxes, before[0])
    assert torch.equal(matched, before[1])
    np.testing.assert_array_equal(masks.masks, before[2])


def test_boxes_of_sixteen_bits():
    masks, (bboxes, matched) = blobs(3, 0), regions(6, 1)
    rounded = bboxes.half()
    assert torch.equal(mask_targets(rounded, matched, masks, 14), mask_targets(rounded.float(), matched, masks, 14))
