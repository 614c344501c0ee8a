"""Cues: how well each detection fits each track.

A cue returns a matrix (1 + tracks, detections). Row 0 stands for "a new track", so a matching threshold is nothing but
the constant in row 0, and a learned "no match" class is row 0 of a learned cue. The tracker adds the matrices up.
"""

import torch
from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.boxes import signed_box_iou
from mmvist.structures.instances import Instances
from mmvist.tracking.comparisons import (
    box_overlap,
    check_metric,
    embedding_distance,
    mask_iou,
    squared_mahalanobis,
)


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
        logits = with_new_row(tracks.embeds.float() @ detections.embeds.float().T, 0.0)
        return self.weight * logits.log_softmax(dim=0)


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
class EmbeddingDistance:
    """Distance of embeddings, counted negative; to the nearest of a track's gallery where its memory keeps one.

    Args:
        metric: 'cosine', 0..2, or 'euclidean'.
        weight: Factor of the distance.
        new: Distance that "a new track" is taken to have: the threshold, where this is the only cue.
    """

    def __init__(self, metric: str, weight: float = 1.0, new: float = 0.0) -> None:
        self.metric, self.weight, self.new = check_metric('EmbeddingDistance', metric), weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), at most zero."""
        return -self.weight * with_new_row(embedding_distance(tracks, detections, self.metric), self.new)


@TASK_UTILS.register_module()
class Mahalanobis:
    """Squared distance from where `KalmanFilter` expects a track, counted negative (Wojke et al. 2017, Eq. 1).

    Args:
        weight: Factor of the distance.
        new: Squared distance that "a new track" is taken to have.
    """

    def __init__(self, weight: float = 1.0, new: float = 0.0) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), at most zero."""
        return -self.weight * with_new_row(squared_mahalanobis(tracks, detections), self.new)


@TASK_UTILS.register_module()
class BoxIoU:
    """Overlap of boxes. Row 0, a new track, scores `new`.

    Args:
        weight: Factor of the overlap.
        new: Overlap that "a new track" is taken to have. At 0 boxes that do not touch are no worse: gate them.
        observed: Compare with a track's last detection, not with where the propagator moved it.
        times_score: Multiply the overlap with the detection's score, as ByteTrack's code does.
    """

    def __init__(self, weight: float = 1.0, new: float = 0.0, observed: bool = False, times_score: bool = False
                 ) -> None:
        self.weight, self.new, self.times_score = weight, new, times_score
        self.column = 'observed' if observed else 'bboxes'

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), in 0..weight below row 0."""
        overlap = box_overlap(tracks, detections, self.column)
        return self.weight * with_new_row(overlap * detections.scores if self.times_score else overlap, self.new)


@TASK_UTILS.register_module()
class SignedBoxIoU:
    """Overlap of boxes that tells near from far where there is none (Porzi et al. 2020, App. C), less one.

    The paper adds it to a distance with the wrong sign; what it means is the distance 1 - sIoU, here counted negative.

    Args:
        weight: Factor of the distance.
        new: Distance that "a new track" is taken to have.
    """

    def __init__(self, weight: float = 1.0, new: float = 0.0) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), in -2 weight..0 below row 0."""
        return -self.weight * with_new_row(1 - signed_box_iou(tracks.bboxes, detections.bboxes), self.new)


@TASK_UTILS.register_module()
class MaskIoU:
    """Overlap of masks, in pixels of the original image; needs the tracker's `pixel_masks`.

    Args:
        weight: Factor of the overlap.
        new: Overlap that "a new track" is taken to have. At 0 masks that do not touch are no worse: gate them.
    """

    def __init__(self, weight: float = 1.0, new: float = 0.0) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), in 0..weight below row 0."""
        return self.weight * with_new_row(mask_iou(tracks, detections), self.new)


@TASK_UTILS.register_module()
class Gap:
    """Frames since a track's last detection, counted negative, equal for all detections (Porzi et al. 2020, Eq. 6).

    Args:
        window: Number of frames that counts one.
    """

    def __init__(self, window: int) -> None:
        self.window = window

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), zero in row 0."""
        gaps = tracks.gaps / self.window
        return -with_new_row(gaps[:, None].expand(-1, len(detections)), 0.0)


@TASK_UTILS.register_module()
class Heading:
    """Whether a detection lies where a track was heading (Cao et al. 2023, observation-centric momentum).

    Needs `ObservationCentricFilter`.

    Args:
        weight: Factor of the agreement.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), from -weight / 2 (behind) to weight / 2 (ahead) times the score; zero in row 0."""
        centres = (detections.bboxes[:, :2] + detections.bboxes[:, 2:]).to(tracks.anchors) / 2
        across, down = centres.T[:, None] - tracks.anchors.T[..., None]
        x, y = tracks.heading.T[..., None]
        cosines = (across * x + down * y) / ((across ** 2 + down ** 2).sqrt() + 1e-6)
        agreement = 0.5 - cosines.clamp(-1, 1).acos() / torch.pi
        return self.weight * with_new_row(agreement.to(detections.scores) * detections.scores, 0.0)


@TASK_UTILS.register_module()
class InheritedId:
    """One where a detection was made from the track, zero elsewhere; `new` in row 0."""

    def __init__(self, weight: float = 1.0, new: float = 0.5) -> None:
        self.weight, self.new = weight, new

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1 + tracks, detections), 0 or weight below row 0."""
        same = (tracks.ids[:, None] == detections.inherited).to(detections.scores.dtype)
        return self.weight * with_new_row(same, self.new)


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
