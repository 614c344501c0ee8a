"""Masks as maps over the whole input, against PyTorch's own upsampling and sampling of dense maps."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks
from mmvist.structures.output import to_result

ROWS, COLUMNS, STRIDE = 10, 14, 4.
# Scale of the network's input over an image, (x, y), and an image's height and width that fit into it.
IMAGES = [((1., 1.), 40, 56), ((2., 2.), 20, 28), ((0.5, 0.25), 160, 112), ((1.3, 0.7), 55, 42), ((1., 1.), 33, 50)]


@pytest.fixture
def masks():
    """Smooth blobs, cut off inside, beyond two borders, nowhere, outside of the input, and by a box without a side."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(5, 1, 5, 6, generator=generator) + .3
    logits = F.interpolate(coarse, (ROWS, COLUMNS), mode='bilinear')[:, 0]
    bboxes = torch.tensor([[8.3, 6.1, 41.7, 30.2], [-9., 20.4, 17.3, 60.], [0., 0., 56., 40.], [70., 5., 90., 30.],
                           [12., 8., 12., 30.]])
    return MapMasks(logits, bboxes, STRIDE)


def expected_pixels(masks, scale, height, width):
    """Logits and what is inside the boxes, (N, height, width), by PyTorch's upsampling and a test of each pixel."""
    dense = F.interpolate(masks.logits[:, None], scale_factor=(masks.stride / scale[1], masks.stride / scale[0]),
                          mode='bilinear')[:, 0, :height, :width]
    inside = torch.zeros(dense.shape, dtype=torch.bool)
    for mask, (left, top, right, bottom) in zip(inside, masks.bboxes.tolist(), strict=True):
        for row in range(height):
            for column in range(width):
                x, y = (column + .5) * scale[0], (row + .5) * scale[1]
                mask[row, column] = left <= x < right and top <= y < bottom
    return dense, inside


def decoded(masks, scale, height, width, **options):
    return torch.from_numpy(rle.decode_all(masks.encode(scale, height, width, **options), height, width))


def assert_same(masks, logits, inside):
    """What is above zero inside; rounding may decide within a hair of zero."""
    clear = logits.abs() > 1e-4
    assert clear.float().mean() > .99
    assert torch.equal(masks & clear, (logits > 0) & inside & clear)


@pytest.mark.parametrize(('scale', 'height', 'width'), IMAGES)
def test_what_is_encoded(masks, scale, height, width):
    logits, inside = expected_pixels(masks, scale, height, width)
    assert logits.shape == (5, height, width)
    encoded = decoded(masks, scale, height, width)
    assert_same(encoded, logits, inside)
    assert encoded[:3].any((1, 2)).all()
    assert not encoded[3:].any()


@pytest.mark.parametrize(('scale', 'height', 'width'), IMAGES)
def test_a_canvas_is_what_is_encoded(masks, scale, height, width):
    canvas = masks.on_canvas((1 / scale[0], 1 / scale[1]), height, width)
    assert canvas.dtype == torch.bool
    assert_same(canvas, *expected_pixels(masks, scale, height, width))


def test_by_hand():
    # Two cells of four pixels: zero is crossed at a quarter of the way between their centres, 2 and 6.
    masks = MapMasks(torch.tensor([[[-1., 3.]]]), torch.tensor([[0., 1., 7., 4.]]), 4.)
    expected = [[False] * 8] + [[False] * 3 + [True] * 4 + [False]] * 3
    assert decoded(masks, (1., 1.), 4, 8)[0].tolist() == expected
    assert masks.on_canvas((1., 1.), 4, 8)[0].tolist() == expected
    assert masks.box_masks().tolist() == [[[True, True]]]


def test_a_pixel_is_inside_by_its_centre():
    full = MapMasks(torch.ones(2, 2, 2), torch.tensor([[1.5, .5, 4.5, 3.5], [1.6, .6, 4.6, 3.6]]), 4.)
    for masks in (decoded(full, (1., 1.), 8, 8), full.on_canvas((1., 1.), 8, 8)):
        assert masks.any(1).nonzero().tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [1, 4]]
        assert masks.any(2).nonzero().tolist() == [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [1, 3]]


def test_a_map_goes_on_beyond_its_outer_cells():
    # The image is as large as the input; the outermost pixels lie beyond the centres of the outermost cells.
    masks = MapMasks(torch.tensor([[[2., -1.], [2., -1.]]]), torch.tensor([[0., 0., 8., 8.]]), 4.)
    assert decoded(masks, (1., 1.), 8, 8)[0, [0, 7]].tolist() == [[True] * 5 + [False] * 3] * 2


def test_cells_inside_the_boxes(masks):
    inside = masks.box_masks()
    assert inside.shape == masks.logits.shape
    for mask, (left, top, right, bottom) in zip(inside, masks.bboxes.tolist(), strict=True):
        assert mask.tolist() == [[left <= 4 * column + 2 < right and top <= 4 * row + 2 < bottom
                                  for column in range(COLUMNS)] for row in range(ROWS)]


@pytest.mark.parametrize('size', [(2, 3), (7, 7)])
def test_coverage_counts_four_points_of_a_cell(masks, size):
    # Other boxes than the masks' own, beyond the input too.
    bboxes = torch.tensor([[5., 4., 45., 33.], [-9., 20.4, 17.3, 60.], [10., 3., 30., 17.], [0., 0., 56., 40.],
                           [0., 0., 56., 40.]])
    expected = torch.zeros(5, *size)
    extent = torch.tensor([COLUMNS, ROWS]) * STRIDE
    for index, (low, high) in enumerate(bboxes.view(5, 2, 2)):
        own = masks.bboxes[index]
        for row in range(size[0]):
            for column in range(size[1]):
                points = torch.tensor([[(column + x) / size[1], (row + y) / size[0]]
                                       for x in (.25, .75) for y in (.25, .75)]) * (high - low) + low
                # PyTorch counts from -1 at one border to 1 at the other.
                read = F.grid_sample(masks.logits[None, index:index + 1], (2 * points / extent - 1)[None, None],
                                     padding_mode='border', align_corners=False)[0, 0, 0]
                within = (points >= own[:2]).all(1) & (points < own[2:]).all(1)
                expected[index, row, column] = ((read > 0) & within).float().mean()
    shares = masks.coverage(bboxes, (9., 9.), size)
    assert shares.dtype == torch.float32
    assert 0 < expected[:3].mean() < 1
    torch.testing.assert_close(shares, expected)


def test_full_maps_cover_their_boxes():
    masks = MapMasks(torch.ones(1, 5, 5), torch.tensor([[4., 2., 10., 8.]]), 4.)
    assert masks.coverage(masks.bboxes, (1., 1.), (7, 7)).tolist() == torch.ones(1, 7, 7).tolist()
    assert masks.coverage(torch.tensor([[4., 2., 16., 8.]]), (1., 1.), (1, 2)).tolist() == [[[1, 0]]]


def test_rows_and_columns_of_masks(masks):
    assert len(masks) == 5
    for index in (torch.tensor([2, 0]), torch.tensor([True, False, True, False, False]), slice(1, 3)):
        some = masks[index]
        assert torch.equal(some.logits, masks.logits[index])
        assert torch.equal(some.bboxes, masks.bboxes[index])
        assert some.stride == STRIDE
    joined = masks.cat([masks[:2], masks[:0], masks[2:]])
    assert decoded(joined, (1., 1.), 40, 56).equal(decoded(masks, (1., 1.), 40, 56))
    moved = masks.to('cpu')
    assert torch.equal(moved.logits, masks.logits)
    assert moved.stride == STRIDE


def test_a_column_without_rows_has_maps_of_any_size(masks):
    nothing = MapMasks(torch.zeros(0, 1, 1), torch.zeros(0, 4), STRIDE)
    assert torch.equal(nothing.cat([nothing, masks, nothing]).logits, masks.logits)
    assert len(nothing.cat([nothing, nothing])) == 0


def test_no_mask(masks):
    nothing = masks[:0]
    assert nothing.encode((1., 1.), 40, 56) == []
    assert nothing.encode((1., 1.), 40, 56, np.zeros(0)) == []
    assert nothing.coverage(nothing.bboxes, (1., 1.), (7, 5)).shape == (0, 7, 5)
    assert nothing.on_canvas((1., 1.), 6, 8).shape == (0, 6, 8)
    assert nothing.box_masks().shape == (0, ROWS, COLUMNS)


@pytest.mark.parametrize('priority', [[.9, .8, .7, .6, .5], [.1, .9, .5, .3, .2]])
def test_with_a_priority_each_pixel_goes_to_the_first(masks, priority):
    alone = decoded(masks, (1., 1.), 40, 56)
    assert (alone.sum(0) > 1).any()
    disjoint = decoded(masks, (1., 1.), 40, 56, priority=np.array(priority))
    taken = torch.zeros_like(alone[0])
    for row in sorted(range(5), key=lambda row: -priority[row]):
        assert torch.equal(disjoint[row], alone[row] & ~taken)
        taken |= alone[row]


def test_a_mask_that_is_mostly_covered_is_given_up():
    masks = MapMasks(torch.ones(2, 2, 2), torch.tensor([[0., 0., 4., 8.], [0., 0., 6., 8.]]), 4.)
    areas = [decoded(masks, (1., 1.), 8, 8, priority=np.array([.9, .8]), max_covered=share).sum((1, 2)).tolist()
             for share in (1., .5)]
    assert areas == [[32, 16], [32, 0]]


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_boxes_that_are_no_numbers_are_an_error(masks, value):
    bboxes = masks.bboxes.clone()
    bboxes[1, 2] = value
    with pytest.raises(ValueError, match='MapMasks: boxes are not finite; the network has diverged'):
        MapMasks(masks.logits, bboxes, STRIDE).encode((1., 1.), 40, 56)


@pytest.mark.parametrize('disjoint', [False, True])
def test_result_of_a_frame(masks, disjoint):
    # The image of 50x33 pixels was enlarged by 1.1, and padded at the right and at the bottom.
    scale = (1.1, 1.1)
    frame = Frame(Video(1, 'v', 33, 50, 1), 0, torch.zeros(3, 40, 56), 36, 55, scale)
    found = Instances(bboxes=masks.bboxes, scores=torch.tensor([.9, .8, .7, .6, .5]), labels=torch.zeros(5).long(),
                      ids=torch.arange(5), masks=masks)
    result = to_result(found, frame, disjoint)
    # Those without a pixel are left out.
    assert result.ids.tolist() == [0, 1, 2]
    np.testing.assert_allclose(result.bboxes[1], [0, 20.4 / 1.1, 17.3 / 1.1, 33], rtol=1e-6)
    pixels = torch.from_numpy(rle.decode_all(result.masks, 33, 50))
    if disjoint:
        assert pixels.sum(0).max() == 1
    else:
        logits, inside = expected_pixels(masks[:3], scale, 33, 50)
        assert_same(pixels, logits, inside)
