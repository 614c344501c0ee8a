import numpy as np
import pytest
import torch

from mmvist.structures import Video, rle
from mmvist.structures.frames import Frame
from mmvist.structures.masks import BoxMasks, RLEMasks, as_pixels, tight_boxes

HEIGHT, WIDTH = 30, 44


@pytest.fixture
def box_masks():
    """Smooth blobs, over boxes inside the image, half outside, beyond it and without a side."""
    generator = torch.Generator().manual_seed(0)
    grids = torch.rand((4, 7, 5), generator=generator)
    bboxes = torch.tensor([[3.2, 4.1, 17.9, 20.3], [-6., 10., 9., 40.], [60., 60., 70., 80.], [8., 8., 8., 12.]])
    return BoxMasks(grids, bboxes)


@pytest.mark.parametrize('scale', [(1., 1.), (0.5, 0.75), (2., 1.3)])
def test_box_masks_on_a_canvas_are_what_is_encoded(box_masks, scale):
    encoded = rle.decode_all(box_masks.encode(scale, HEIGHT, WIDTH), HEIGHT, WIDTH)
    canvas = box_masks.on_canvas((1 / scale[0], 1 / scale[1]), HEIGHT, WIDTH)
    assert canvas.dtype == torch.bool
    assert encoded[:2].any((1, 2)).all()
    np.testing.assert_array_equal(canvas.numpy(), encoded)


def test_full_grids_fill_their_boxes():
    masks = BoxMasks(torch.ones(1, 30, 30), torch.tensor([[4., 2., 10., 8.]]))
    assert tight_boxes(masks.on_canvas((2., 1.), 20, 30)).tolist() == [[8, 2, 20, 8]]


def test_hard_masks_on_a_canvas_of_their_size_are_themselves(box_mask):
    masks = RLEMasks((box_mask((3, 2, 9, 7), 12, 16),), 12, 16)
    assert masks.on_canvas((1., 1.), 12, 16)[0].numpy().tolist() == rle.decode(masks.counts[0], 12, 16).tolist()


@pytest.mark.parametrize(('height', 'width', 'box'), [(24, 32, [6, 4, 18, 14]), (6, 8, [1, 1, 4, 3])])
def test_hard_masks_are_stretched_over_the_canvas(box_mask, height, width, box):
    masks = RLEMasks((box_mask((3, 2, 9, 7), 12, 16),), 12, 16)
    assert tight_boxes(masks.on_canvas((9., 9.), height, width)).tolist() == [box]


def test_no_mask_makes_no_canvas():
    assert BoxMasks(torch.zeros(0, 7, 5), torch.zeros(0, 4)).on_canvas((1., 1.), 6, 8).shape == (0, 6, 8)
    assert RLEMasks((), 12, 16).on_canvas((1., 1.), 6, 8).shape == (0, 6, 8)


def test_pixels_of_the_original_image(box_mask):
    frame = Frame(Video(1, 'v', 12, 16, 1), 0, torch.zeros(3, 24, 32), 24, 32, (2., 2.))
    masks = BoxMasks(torch.ones(1, 30, 30), torch.tensor([[6., 4., 18., 14.]]))
    assert as_pixels(masks, frame).counts == (box_mask((3, 2, 9, 7), 12, 16),)


def test_tight_boxes():
    masks = torch.zeros(3, 9, 11, dtype=torch.bool)
    masks[0, 2:5, 3:10] = True
    masks[2, 8, 10] = masks[2, 0, 4] = True
    assert tight_boxes(masks).tolist() == [[3, 2, 10, 5], [0, 0, 0, 0], [4, 0, 11, 9]]
    assert tight_boxes(masks[:0]).shape == (0, 4)


@pytest.mark.parametrize('seed', range(3))
def test_masks_from_pixels(seed):
    masks = torch.rand((4, 13, 17), generator=torch.Generator().manual_seed(seed)) > .6
    masks[1, :, 5:], masks[2], masks[3, :4] = False, False, False
    packed = RLEMasks.from_pixels(masks, tight_boxes(masks).long())
    assert (packed.height, packed.width, len(packed)) == (13, 17, 4)
    np.testing.assert_array_equal(rle.decode_all(packed.counts, 13, 17), masks.numpy())


def test_no_masks_from_pixels():
    packed = RLEMasks.from_pixels(torch.zeros(0, 5, 6, dtype=torch.bool), torch.zeros(0, 4, dtype=torch.long))
    assert packed.counts == ()
