"""What cues and gates of a frame share."""

import torch

from mmvist.structures.boxes import box_iou
from mmvist.structures.masks import RLEMasks
from mmvist.tracking.comparisons import box_overlap, mask_iou
from tests.tracking.toys import boxes


def test_overlaps_of_a_frame_are_worked_out_once():
    tracks, detections = boxes((0, 0, .5), (20, 0, .5)), boxes((2, 0, .5))
    overlap = box_overlap(tracks.bboxes, detections.bboxes)
    assert overlap[:, 0].tolist() == [torch.tensor(80 / 120).item(), 0]
    # Other columns of the tracks come with the same boxes, other boxes with others, though they may be equal.
    assert box_overlap(tracks.replace(gaps=torch.ones(2, dtype=torch.long)).bboxes, detections.bboxes) is overlap
    for moved in (tracks.bboxes + 2, tracks.bboxes.clone()):
        assert torch.equal(box_overlap(moved, detections.bboxes), box_iou(moved, detections.bboxes))


def test_masks_of_other_frames_are_not_mistaken(box_mask):
    frames = [boxes((0, 0, .5)).replace(masks=RLEMasks((box_mask((left, 0, left + 4, 4), 8, 8),), 8, 8))
              for left in (0, 2, 4)]
    for _ in range(2):
        assert [mask_iou(frames[0], other).item() for other in frames] == [1, torch.tensor(8 / 24).item(), 0]
