"""What cues and gates of a frame share."""

import gc
import weakref

import pytest
import torch

from mmvist.structures.boxes import box_iou
from mmvist.structures.masks import RLEMasks
from mmvist.tracking.comparisons import box_overlap, embedding_distance, mask_iou
from tests.tracking.toys import boxes


def test_overlaps_of_a_frame_are_worked_out_once():
    tracks, detections = boxes((0, 0, .5), (20, 0, .5)), boxes((2, 0, .5))
    overlap = box_overlap(tracks, detections, 'bboxes')
    assert overlap[:, 0].tolist() == [torch.tensor(80 / 120).item(), 0]
    assert box_overlap(tracks, detections, 'bboxes') is overlap
    # Other instances are compared anew, though they may be equal; so are other columns.
    for moved in (tracks.bboxes + 2, tracks.bboxes.clone()):
        others = tracks.replace(bboxes=moved, observed=moved + 1)
        for column in ('bboxes', 'observed'):
            expected = box_iou(getattr(others, column), detections.bboxes)
            assert torch.equal(box_overlap(others, detections, column), expected)


def test_distances_are_kept_by_metric():
    tracks = boxes((0, 0, .5)).replace(embeds=torch.tensor([[3., 4.]]))
    detections = boxes((0, 0, .5)).replace(embeds=torch.tensor([[0., 0.5]]))
    for _ in range(2):
        assert embedding_distance(tracks, detections, 'cosine').item() == pytest.approx(0.2)
        assert embedding_distance(tracks, detections, 'euclidean').item() == pytest.approx(21.25 ** 0.5)


def test_what_is_known_goes_with_the_instances():
    tracks, detections = boxes((0, 0, .5)), boxes((2, 0, .5))
    overlap = weakref.ref(box_overlap(tracks, detections, 'bboxes'))
    assert overlap() is not None
    del tracks
    gc.collect()
    assert overlap() is None


def test_masks_of_other_frames_are_not_mistaken(box_mask):
    frames = [boxes((0, 0, .5)).replace(masks=RLEMasks((box_mask((left, 0, left + 4, 4), 8, 8),), 8, 8))
              for left in (0, 2, 4)]
    for _ in range(2):
        assert [mask_iou(frames[0], other).item() for other in frames] == [1, torch.tensor(8 / 24).item(), 0]
