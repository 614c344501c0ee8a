"""Checked columns and mask columns."""

import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmvist.structures import rle
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks


def two():
    return Instances(bboxes=torch.tensor([[0., 0., 4., 4.], [2., 2., 8., 6.]]), scores=torch.tensor([.9, .5]),
                     labels=torch.tensor([1, 0]))


@pytest.mark.parametrize(('columns', 'message'), [
    (dict(boxes=torch.zeros(1, 4)), "unknown column 'boxes'; known: bboxes"),
    (dict(bboxes=torch.zeros(5, 6)), r'bboxes must have shape \(N, 4\), got \(5, 6\)'),
    (dict(labels=torch.zeros(2)), r'labels must be integer, got torch.float32'),
    (dict(embeds=torch.zeros(2)), r'embeds must have shape \(N, E\), got \(2,\)'),
    (dict(scores=torch.zeros(0), labels=torch.zeros(3, dtype=torch.long)), 'equally long'),
    ({}, 'at least one'),
])
def test_what_is_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        Instances(**columns)


def test_columns_do_not_change():
    instances = two()
    with pytest.raises(AttributeError, match='use instances.replace'):
        instances.scores = torch.zeros(2)
    with pytest.raises(AttributeError, match="no column 'ids'; they have bboxes, scores, labels"):
        _ = instances.ids
    named = instances.replace(ids=torch.tensor([7, 8]))
    assert 'ids' in named
    assert 'ids' not in instances


def test_index_join_and_pickle():
    instances = two()
    assert instances[torch.tensor([False, True])].labels.tolist() == [0]
    assert instances[torch.tensor([1, 0, 1])].labels.tolist() == [0, 1, 0]
    assert len(instances[:0]) == 0
    assert Instances.cat([instances, instances[:1]]).scores.tolist() == pytest.approx([.9, .5, .9])
    assert pickle.loads(pickle.dumps(instances)).labels.tolist() == [1, 0]
    with pytest.raises(ValueError, match='columns differ'):
        Instances.cat([instances, instances.only(['scores'])])


def paste_by_grid_sample(grid, box, height, width):
    """mmdet's definition: read the grid at pixel centres, zeros outside."""
    y = (torch.arange(height) + .5 - box[1]) / (box[3] - box[1]) * 2 - 1
    x = (torch.arange(width) + .5 - box[0]) / (box[2] - box[0]) * 2 - 1
    points = torch.stack(torch.meshgrid(x, y, indexing='xy'), -1)[None]
    return F.grid_sample(grid[None, None], points, align_corners=False)[0, 0]


def test_paste_equals_grid_sample():
    torch.manual_seed(0)
    grids = torch.rand(40, 7, 7)
    corner = torch.rand(40, 2) * 40 - 8
    boxes = torch.cat([corner, corner + torch.rand(40, 2) * 30 + .3], 1)
    codes = BoxMasks(grids, boxes).encode((1., 1.), 33, 29)
    for grid, box, code in zip(grids, boxes, codes, strict=True):
        soft = paste_by_grid_sample(grid, box, 33, 29)
        wrong = rle.decode(code, 33, 29) != (soft >= .5).numpy()
        assert np.abs(soft.numpy()[wrong] - .5).max(initial=0) < 1e-5


def test_paste_scales_to_the_original():
    code, = BoxMasks(torch.ones(1, 2, 2), torch.tensor([[2., 4., 6., 8.]])).encode((.5, 1.), 20, 20)
    assert rle.bboxes([code], 20, 20).tolist() == [[4, 4, 12, 8]]


def test_disjoint_paste_favours_the_higher_score():
    masks = BoxMasks(torch.ones(2, 2, 2), torch.tensor([[0., 0., 6., 6.], [3., 0., 9., 6.]]))
    codes = masks.encode((1., 1.), 10, 10, priority=np.array([.2, .8]))
    # A box of ones loses its four corner pixels (2/3 * 2/3 < 1/2), so each mask has 32; 14 of the first are taken.
    assert rle.area(codes, 10, 10).tolist() == [18, 32]
    hard = RLEMasks(tuple(masks.encode((1., 1.), 10, 10)), 10, 10)
    assert hard.encode((1., 1.), 10, 10, priority=np.array([.2, .8])) == codes


def test_mask_columns_follow_their_rows():
    masks = BoxMasks(torch.rand(2, 3, 3), torch.tensor([[0., 0., 4., 4.], [2., 2., 8., 6.]]))
    picked = two().replace(masks=masks)[torch.tensor([1])]
    assert torch.equal(picked.masks.grids, masks.grids[1:])
    hard = RLEMasks((b'a', b'b', b'c'), 2, 2)
    assert hard[torch.tensor([True, False, True])].counts == (b'a', b'c')
    assert hard[:0].cat([hard[:1], hard[1:2]]).counts == (b'a', b'b')
    with pytest.raises(ValueError, match=r'2x2 \(HxW\), the image is 4x4'):
        hard.encode((1., 1.), 4, 4)
    assert masks[:0].encode((1., 1.), 4, 4) == []
