"""Cues: how well each detection fits each track.

A cue returns a matrix (1 + tracks, detections). Row 0 stands for "a new track", so a matching threshold is nothing but
the constant in row 0, and a learned "no match" class is row 0 of a learned cue. The tracker adds the matrices up.
"""

import torch
from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.boxes import box_iou
from mmvist.structures.instances import Instances


def with_new_row(matrix: Tensor, new: float) -> Tensor:
    """Put the constant row of "a new track" on top of a (tracks, detections) matrix."""
    return torch.cat([matrix.new_full((1, matrix.shape[1]), new), matrix])


@TASK_UTILS.register_module()
class AppearanceSoftmax:
    """Log probability of each match under MaskTrack R-CNN's softmax (Yang et al. 2019, Eq. 2).

    The logits of a detection are its dot products with the tracks' embeddings, and zero for "a new track".
    """

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), at most zero."""
        logits = with_new_row(tracks.embeds @ detections.embeds.T, 0.0)
        return self.weight * logits.float().log_softmax(dim=0)


@TASK_UTILS.register_module()
class Score:
    """Log score of the detection, equal in all rows: it decides between detections, never between tracks."""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), at most zero."""
        logs = detections.scores.float().clamp(min=1e-12).log()
        return self.weight * logs.expand(1 + len(tracks), -1)


@TASK_UTILS.register_module()
class BoxIoU:
    """Overlap of boxes. Row 0, a new track, scores `new`."""

    def __init__(self, weight: float = 1.0, new: float = 0.0) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), in 0..weight below row 0."""
        return self.weight * with_new_row(box_iou(tracks.bboxes, detections.bboxes), self.new)


@TASK_UTILS.register_module()
class SameClass:
    """One where the labels agree. Row 0, a new track, scores `new`.

    MaskTrack R-CNN's code sets `new` to 1, the paper leaves it open (Eq. 3); with 0 a detection of a remembered class
    hardly ever starts a track.
    """

    def __init__(self, weight: float = 1.0, new: float = 1.0) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), 0 or weight below row 0."""
        same = (tracks.labels[:, None] == detections.labels).to(detections.scores.dtype)
        return self.weight * with_new_row(same, self.new)
