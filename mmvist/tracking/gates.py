"""Gates: which pairs may match at all.

A gate returns a bool tensor that broadcasts to (tracks, detections). One that looks at detections alone may also guard
the tracker's entrance, and any gate its births: a detection is born if it passes towards every track.
"""

from collections.abc import Sequence

import torch
from scipy.stats import chi2
from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.instances import Instances
from mmvist.tracking.comparisons import (
    best_covers,
    box_overlap,
    check_metric,
    embedding_distance,
    mask_areas,
    mask_iou,
    squared_mahalanobis,
    uncovered_pixels,
)


def of_class(values: float | Sequence[float], labels: Tensor) -> float | Tensor:
    """A number for each label (N,), from one number for all or one a class."""
    if not isinstance(values, Sequence):
        return values
    numbers = labels.new_tensor(values, dtype=torch.float32)
    try:
        return numbers[labels.long()]
    except IndexError:
        raise ValueError(f'there are numbers for {len(values)} classes, {list(values)}, but a label is '
                         f'{int(labels.max())}') from None


@TASK_UTILS.register_module()
class SameClassOnly:
    """Allow pairs of one class."""

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return tracks.labels[:, None] == detections.labels


@TASK_UTILS.register_module()
class MinBoxIoU:
    """Allow pairs whose boxes overlap by at least `threshold`.

    Args:
        threshold: IoU in 0..1.
        observed: Compare with a track's last detection, not with where the propagator moved it.
    """

    def __init__(self, threshold: float, observed: bool = False) -> None:
        self.threshold = threshold
        self.column = 'observed' if observed else 'bboxes'

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return box_overlap(tracks, detections, self.column) >= self.threshold


@TASK_UTILS.register_module()
class MinMaskIoU:
    """Allow pairs whose masks overlap by at least `threshold`; needs the tracker's `pixel_masks`."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return mask_iou(tracks, detections) >= self.threshold


@TASK_UTILS.register_module()
class MaxDistance:
    """Allow pairs whose embeddings are no farther apart than `threshold`.

    Args:
        metric: As `EmbeddingDistance` names it.
        threshold: One for all, or one for each class of detections.
    """

    def __init__(self, metric: str, threshold: float | Sequence[float]) -> None:
        self.metric, self.threshold = check_metric('MaxDistance', metric), threshold

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        distances = embedding_distance(tracks, detections, self.metric)
        return distances <= of_class(self.threshold, detections.labels)


@TASK_UTILS.register_module()
class ChiSquare:
    """Allow pairs that a Kalman filter finds likely (Wojke et al. 2017, Eq. 2).

    Args:
        probability: Share of true pairs that pass if the filter's model holds; at 0.95 squared distances of four
            numbers may reach 9.4877.
    """

    def __init__(self, probability: float = 0.95) -> None:
        self.threshold = float(chi2.ppf(probability, df=4))

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, detections) bool."""
        return squared_mahalanobis(tracks, detections) <= self.threshold


@TASK_UTILS.register_module()
class MaxGap:
    """Allow tracks whose last detection is at most so many frames old.

    Args:
        frames: 1 is the frame before; one for all, or one for each class of tracks.
    """

    def __init__(self, frames: int | Sequence[int]) -> None:
        self.frames = frames

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, 1) bool."""
        return (tracks.gaps <= of_class(self.frames, tracks.labels))[:, None]


@TASK_UTILS.register_module()
class Confirmed:
    """Allow tracks that were detected often enough to be output, the tracker's `min_hits`; or only the others."""

    def __init__(self, confirmed: bool = True) -> None:
        self.confirmed = confirmed

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(tracks, 1) bool."""
        return (tracks.confirmed == self.confirmed)[:, None]


@TASK_UTILS.register_module()
class MinScore:
    """Allow detections that score at least `threshold`, one for all or one for each class."""

    def __init__(self, threshold: float | Sequence[float]) -> None:
        self.threshold = threshold

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        return (detections.scores >= of_class(self.threshold, detections.labels))[None]


@TASK_UTILS.register_module()
class BelowScore:
    """Allow detections that score less than `threshold`."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        return (detections.scores < self.threshold)[None]


@TASK_UTILS.register_module()
class MinArea:
    """Allow detections whose masks have at least so many pixels of the original image; needs `pixel_masks`."""

    needs_pixels = True

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        return (mask_areas(detections) >= self.pixels)[None]


@TASK_UTILS.register_module()
class MinLead:
    """Allow detections that one track of their class covers by far better than any other (Porzi et al. 2020, tau_0).

    Like `MinCover` and `MinCoverRatio` it needs `pixel_masks`, looks at all tracks at once, and forbids a detection
    every track or none; where there is no track, it forbids all.

    Args:
        pixels: By how many pixels more, at least, the best one covers of the detection than the second best.
    """

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        best = best_covers(tracks, detections)
        return (best[0] - best[1] >= self.pixels)[None]


@TASK_UTILS.register_module()
class MinCover:
    """Allow detections of which some track of their class covers at least so many pixels (Porzi et al. 2020, tau_1)."""

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        return (best_covers(tracks, detections)[0] >= self.pixels)[None]


@TASK_UTILS.register_module()
class MinCoverRatio:
    """Allow detections of which a track of their class covers more than all leave over (Porzi et al. 2020, tau_2).

    Args:
        ratio: How many times as many pixels as no track of the class covers the best one must cover, at least; where
            nothing is left over, all do.
    """

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def __call__(self, tracks: Instances, detections: Instances) -> Tensor:
        """(1, detections) bool."""
        best, left = best_covers(tracks, detections)[0], uncovered_pixels(tracks, detections)
        return ((left == 0) | (best >= self.ratio * left))[None]
