"""Detections that others hide leave the frame before anything is compared, whichever kind their masks are of."""

import numpy as np
import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import rle
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.tracking.toys import VIDEO, boxes, follow, frame

OVERLAP = dict(cues=[dict(type='BoxIoU', new=.3)], assigner=dict(type='Hungarian'))
IOU = dict(type='AssociationTracker', stages=[OVERLAP], memory=dict(type='LatestMemory'), pixel_masks=True)
HALF = {**IOU, 'max_covered': .5}
A = 0, 0, .9                    # of ten columns


def soft(*rows):
    """Full masks over boxes of 10x10; see `boxes`."""
    found = boxes(*rows)
    return found.replace(masks=BoxMasks(torch.ones(len(rows), 20, 20), found.bboxes))


def hard(*rows):
    found = soft(*rows)
    return found.replace(masks=RLEMasks(tuple(found.masks.encode((1., 1.), VIDEO.height, VIDEO.width)),
                                        VIDEO.height, VIDEO.width))


@pytest.fixture(params=[soft, hard])
def masked(request):
    return request.param


def seen(config, *frames):
    """Places and ids of the instances of each frame."""
    return [list(zip(instances.bboxes[:, 0].tolist(), instances.ids.tolist(), strict=True))
            for instances in follow(config, frames)[1]]


def columns(instances):
    """How many columns of each mask are left."""
    masks = rle.decode_all(instances.masks.counts, VIDEO.height, VIDEO.width)
    return masks.any(1).sum(1).tolist()


@pytest.mark.parametrize(('x', 'stays'), [(5, True), (4, False), (0, False), (10, True)])
def test_more_than_half_must_be_covered(masked, x, stays):
    assert seen(HALF, masked(A, (x, 0, .8))) == [[(0, 0), (x, 1)] if stays else [(0, 0)]]
    assert seen(IOU, masked(A, (x, 0, .8))) == [[(0, 0), (x, 1)]]


def test_of_equal_scores_the_first_is_in_front(masked):
    assert seen(HALF, masked((4, 0, .9), A)) == [[(4, 0)]]


def test_what_is_left_is_disjoint(masked):
    (instances,) = follow(HALF, [masked((50, 0, .7), (5, 1, .8), A)])[1]
    assert (instances.bboxes[:, 0].tolist(), columns(instances)) == ([50, 5, 0], [10, 5, 10])
    # Without it, masks are as they were found.
    assert columns(follow(IOU, [masked((50, 0, .7), (5, 1, .8), A)])[1][0]) == [10, 10, 10]


def test_the_hidden_hide_nobody(masked):
    # The second is hidden and would hide the third.
    (instances,) = follow(HALF, [masked(A, (4, 0, .8), (8, 0, .7))])[1]
    assert (instances.bboxes[:, 0].tolist(), columns(instances)) == ([0, 8], [10, 8])


def test_the_hidden_do_not_compete(masked):
    # The track is exactly where the hidden one is, and goes on with the one in front.
    frames = masked((4, 0, .9)), masked(A, (4, 0, .8))
    assert seen(HALF, *frames) == [[(4, 0)], [(0, 0)]]
    assert seen(IOU, *frames) == [[(4, 0)], [(0, 1), (4, 0)]]


def test_the_hidden_use_up_no_ids(masked):
    assert seen(HALF, masked(A, (4, 0, .8)), masked(A, (50, 0, .8))) == [[(0, 0)], [(0, 0), (50, 1)]]


@pytest.mark.parametrize(('max_covered', 'lengths'), [(.5, [3, 2]), (1., [3, 3])])
def test_hidden_frames_do_not_count(masked, max_covered, lengths):
    frames = [masked(A, (x, 0, .8)) for x in (8, 4, 8)]
    for min_length in (2, 3):
        summaries = follow({**IOU, 'max_covered': max_covered, 'min_length': min_length}, frames)[2]
        assert [summary.keep for summary in summaries.values()] == [length >= min_length for length in lengths]


def test_what_filters_refuse_hides_nobody(masked):
    config = {**HALF, 'filters': [dict(type='BelowScore', threshold=.95), dict(type='MinScore', threshold=.5)]}
    (instances,) = follow(config, [masked((0, 0, .96), (4, 0, .8), (20, 0, .4))])[1]
    assert (instances.bboxes[:, 0].tolist(), columns(instances)) == ([4], [10])


def test_filters_of_pixels_see_what_is_left(masked):
    # Of the second five columns of ten pixels are left.
    for pixels, places in ((50, [0, 5]), (51, [0])):
        config = {**HALF, 'filters': [dict(type='MinArea', pixels=pixels)]}
        assert follow(config, [masked(A, (5, 0, .8))])[1][0].bboxes[:, 0].tolist() == places


def test_a_mask_without_pixels_is_hidden(masked):
    found = masked((200, 0, .9), A)     # beyond the image
    assert seen(HALF, found) == [[(0, 0)]]


def test_nothing_is_found(masked):
    assert seen(HALF, masked(), masked(A), masked()) == [[], [(0, 0)], []]


def test_the_detections_are_left_as_they_are(masked):
    found = masked(A, (4, 0, .8), (8, 0, .7))
    before = found.masks.encode((1., 1.), VIDEO.height, VIDEO.width)
    follow(HALF, [found])
    assert (len(found), found.masks.encode((1., 1.), VIDEO.height, VIDEO.width)) == (3, before)


def test_masks_are_those_of_the_original_image():
    # A network of twice the size: boxes and grids have its pixels.
    found = soft(A, (5, 0, .8), (30, 0, .7))
    found = found.replace(bboxes=2 * found.bboxes, masks=BoxMasks(found.masks.grids, 2 * found.bboxes))
    tracker = MODELS.build(HALF)
    _, instances = tracker.step(tracker.init(), found, frame(0, scale=(2., 2.)))
    assert columns(instances) == [10, 5, 10]


@pytest.mark.parametrize('column', ['scores', 'bboxes', 'embeds'])
def test_what_is_not_finite_is_told_of_even_if_it_is_hidden(column):
    found = hard(A, (1, 0, .8)).replace(embeds=torch.zeros(2, 3))
    broken = getattr(found, column).clone()
    broken[1] = np.nan
    with pytest.raises(ValueError, match='frame 0: boxes, scores or embeddings of detections are not finite'):
        follow(HALF, [found.replace(**{column: broken})])


def test_it_needs_pixels():
    with pytest.raises(ValueError, match='AssociationTracker: max_covered is a share in 0..1 of masks in pixels, set '
                                         'pixel_masks=True; got 0.5 and pixel_masks=False'):
        MODELS.build({**HALF, 'pixel_masks': False})
