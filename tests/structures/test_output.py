"""How instances leave the loop."""

import numpy as np
import pytest
import torch

from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks
from mmvist.structures.output import to_result

FRAME = Frame(Video(1, 'toy', 10, 12, 4), 2, torch.zeros(3, 4, 4), 20, 24, (2., 2.))


@pytest.fixture
def instances(box_mask):
    """At twice the video's size: one that leaves the image, one without a pixel, one that overlaps the first."""
    masks = RLEMasks(tuple(box_mask(box, 10, 12) for box in ((8, 0, 12, 4), (0, 0, 0, 0), (10, 2, 12, 6))), 10, 12)
    return Instances(bboxes=torch.tensor([[16., 0, 30, 8], [4, 4, 6, 6], [20, 4, 24, 12]]), masks=masks,
                     scores=torch.tensor([.5, .25, .75]), labels=torch.tensor([0, 1, 2]), ids=torch.tensor([7, 8, 9]),
                     embeds=torch.eye(3))


def test_what_can_be_seen_in_the_original_image(instances, box_mask):
    result = to_result(instances, FRAME, disjoint_masks=False)
    assert (result.video, result.frame, result.ids.tolist(), result.labels.tolist()) == (FRAME.video, 2, [7, 9], [0, 2])
    assert result.bboxes.tolist() == [[8, 0, 12, 4], [10, 2, 12, 6]]
    assert (result.scores.tolist(), result.masks) == ([.5, .75], instances.masks.counts[::2])
    assert (result.scores.dtype, result.bboxes.dtype, result.embeds) == (np.float32, np.float32, None)


def test_pixels_go_to_the_highest_score(instances, box_mask):
    result = to_result(instances, FRAME, disjoint_masks=True)
    assert result.masks[1] == box_mask((10, 2, 12, 6), 10, 12)
    # What the second took is missing from the first: 4 of 16 pixels.
    assert RLEMasks(result.masks[:1], 10, 12).on_canvas((1., 1.), 10, 12).sum() == 12


def test_everything_there_is(instances):
    result = to_result(instances, FRAME, disjoint_masks=False, complete=True)
    assert result.ids.tolist() == [7, 8, 9]
    assert result.bboxes.tolist() == [[8, 0, 15, 4], [2, 2, 3, 3], [10, 2, 12, 6]]
    assert result.embeds.tolist() == np.eye(3).tolist()
    assert result.with_min_score(.5).embeds.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_boxes_alone_go_on_beyond_the_image(instances):
    alone = instances.only(['bboxes', 'scores', 'labels', 'ids', 'embeds'])
    result = to_result(alone, FRAME, disjoint_masks=True)
    assert result.bboxes.tolist() == [[8, 0, 15, 4], [2, 2, 3, 3], [10, 2, 12, 6]]
    assert (result.masks, result.embeds) == ((None,) * 3, None)


def test_nothing(instances):
    for complete in (False, True):
        result = to_result(instances[:0], FRAME, True, complete)
        assert (len(result), result.bboxes.shape, result.masks) == (0, (0, 4), ())
