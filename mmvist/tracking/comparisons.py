"""How far apart tracks and detections are: what cues score and gates limit."""

from collections.abc import Callable
from functools import partial, wraps
from weakref import WeakKeyDictionary

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.structures import rle
from mmvist.structures.boxes import box_iou, centre_aspect_height
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks

METRICS = ('cosine', 'euclidean')


def once(compare: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Work a comparison out once for the same tracks and detections, whichever cues and gates ask.

    Instances are never modified, and what is known of them is forgotten when they are.
    """
    known: WeakKeyDictionary = WeakKeyDictionary()

    @wraps(compare)
    def remembered(tracks: Instances, detections: Instances, *options: str) -> Tensor:
        answers = known.setdefault(tracks, WeakKeyDictionary()).setdefault(detections, {})
        if options not in answers:
            answers[options] = compare(tracks, detections, *options)
        return answers[options]

    return remembered


def check_metric(part: str, metric: str) -> str:
    """The name of a distance between embeddings, if it is one."""
    if metric not in METRICS:
        raise ValueError(f'{part}: metric must be one of {METRICS}, got {metric!r}')
    return metric


@once
def box_overlap(tracks: Instances, detections: Instances, column: str) -> Tensor:
    """Overlap of boxes (T, D) in 0..1; `column` names those of the tracks."""
    return box_iou(getattr(tracks, column), detections.bboxes)


@once
def embedding_distance(tracks: Instances, detections: Instances, metric: str) -> Tensor:
    """Distance of embeddings; to the nearest of a track's gallery where it has one.

    Args:
        tracks: T tracks with `gallery` or `embeds`.
        detections: D detections with `embeds`.
        metric: 'cosine' is one minus the cosine, 0..2; 'euclidean' the length of the difference.

    Returns:
        (T, D), at least 0.
    """
    found = detections.embeds.float()
    if 'gallery' not in tracks:
        return _distance(tracks.embeds.float(), found, metric)
    return tracks.gallery.nearest(partial(_distance, found=found, metric=metric), found.new_zeros(0, len(found)))


def _distance(known: Tensor, found: Tensor, metric: str) -> Tensor:
    if metric == 'cosine':
        # What is known may be a large gallery: its lengths are divided out of the products.
        cosines = known @ F.normalize(found).T / known.norm(dim=1, keepdim=True).clamp(min=1e-12)
        return (1 - cosines).clamp(min=0)
    # Without the expanded square, which loses half of the digits where embeddings are close.
    return torch.cdist(known, found, compute_mode='donot_use_mm_for_euclid_dist')


@once
def mask_iou(tracks: Instances, detections: Instances) -> Tensor:
    """Overlap of masks in pixels of the original image, (T, D) in 0..1.

    Raises:
        ValueError: Masks are not pixels yet; the tracker's `pixel_masks` makes them.
    """
    known, found = _pixels(tracks), _pixels(detections)
    overlaps = torch.from_numpy(rle.iou(known.counts, found.counts, found.height, found.width))
    return overlaps.float().to(detections.scores.device)


@once
def shared_pixels(tracks: Instances, detections: Instances) -> Tensor:
    """Pixels of the original image that two masks share, (T, D) int64; raises as `mask_iou` does."""
    known, found = _pixels(tracks), _pixels(detections)
    shared = rle.intersections(known.counts, found.counts, found.height, found.width)
    return torch.from_numpy(shared).to(detections.labels.device)


@once
def best_covers(tracks: Instances, detections: Instances) -> Tensor:
    """Pixels of each detection that the best and the second best track of its class cover, (2, D) int64."""
    shared = shared_pixels(tracks, detections) * (tracks.labels[:, None] == detections.labels)
    return torch.cat([shared, shared.new_zeros(2, len(detections))]).topk(2, dim=0).values


@once
def uncovered_pixels(tracks: Instances, detections: Instances) -> Tensor:
    """Pixels of each detection that no track of its class covers, (D,) int64; raises as `mask_iou` does."""
    known, found = _pixels(tracks), _pixels(detections)
    labels, height, width = detections.labels.cpu().numpy(), found.height, found.width
    left = rle.area(found.counts, height, width)
    for label in tracks.labels.unique().tolist():
        rows = np.flatnonzero(labels == label)
        covered = rle.union(known[tracks.labels == label].counts, height, width)
        left[rows] -= rle.intersections([covered], found[rows].counts, height, width).reshape(-1)
    return torch.from_numpy(left).to(detections.labels.device)


def mask_areas(instances: Instances) -> Tensor:
    """Pixels of the original image that each mask holds, (N,); raises as `mask_iou` does."""
    masks = _pixels(instances)
    return torch.from_numpy(rle.area(masks.counts, masks.height, masks.width)).to(instances.scores.device)


def _pixels(instances: Instances) -> RLEMasks:
    if not isinstance(instances.masks, RLEMasks):
        raise ValueError(f'masks are compared as pixels, got {type(instances.masks).__name__}; set pixel_masks=True on '
                         'the tracker')
    return instances.masks


@once
def squared_mahalanobis(tracks: Instances, detections: Instances) -> Tensor:
    """Squared distance of detections from where `KalmanFilter` expects tracks, in its standard deviations (T, D)."""
    # Number by number: four matrices are worked on faster than one with the numbers innermost.
    measured = centre_aspect_height(detections.bboxes).T.contiguous()
    expected, variance = tracks.expected.unbind(-1)
    return sum((number - mean[:, None]) ** 2 / scale[:, None]
               for number, mean, scale in zip(measured, expected.T, variance.T, strict=True))


def direction(start: Tensor, end: Tensor) -> Tensor:
    """Unit vectors (..., 2) from points (..., 2) to points, shorter where the points nearly agree."""
    difference = end - start
    return difference / (difference.norm(dim=-1, keepdim=True) + 1e-6)
