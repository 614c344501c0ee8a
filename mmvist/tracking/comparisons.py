"""How far apart tracks and detections are: what cues score and gates limit."""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.structures import rle
from mmvist.structures.boxes import box_iou, centre_aspect_height
from mmvist.structures.instances import Instances
from mmvist.structures.masks import RLEMasks

METRICS = ('cosine', 'euclidean')
# With a hundred looks each, their distances from some hundred detections stay in a processor's cache.
GALLERIES_AT_ONCE = 16


def check_metric(part: str, metric: str) -> str:
    """The name of a distance between embeddings, if it is one."""
    if metric not in METRICS:
        raise ValueError(f'{part}: metric must be one of {METRICS}, got {metric!r}')
    return metric


@lru_cache(maxsize=2)
def box_overlap(known: Tensor, found: Tensor) -> Tensor:
    """`box_iou` of columns, which nobody modifies: worked out once for all cues and gates of a frame."""
    return box_iou(known, found)


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
    return torch.cat([part.nearest(_distance(part.embeds.flatten(0, 1).float(), found, metric))
                      for part in tracks.gallery.parts(GALLERIES_AT_ONCE)])


def _distance(known: Tensor, found: Tensor, metric: str) -> Tensor:
    if metric == 'cosine':
        # What is known may be a large gallery: its lengths are divided out of the products.
        cosines = known @ F.normalize(found).T / known.norm(dim=1, keepdim=True).clamp(min=1e-12)
        return (1 - cosines).clamp(min=0)
    # Without the expanded square, which loses half of the digits where embeddings are close.
    return torch.cdist(known, found, compute_mode='donot_use_mm_for_euclid_dist')


def mask_iou(tracks: Instances, detections: Instances) -> Tensor:
    """Overlap of masks in pixels of the original image, (T, D) in 0..1.

    Raises:
        ValueError: Masks are not pixels yet; the tracker's `pixel_masks` makes them.
    """
    return _mask_overlap(_pixels(tracks), _pixels(detections)).to(detections.scores.device)


@lru_cache(maxsize=1)
def _mask_overlap(known: RLEMasks, found: RLEMasks) -> Tensor:
    return torch.from_numpy(rle.iou(known.counts, found.counts, found.height, found.width)).float()


def mask_areas(instances: Instances) -> Tensor:
    """Pixels of the original image that each mask holds, (N,); raises as `mask_iou` does."""
    masks = _pixels(instances)
    return torch.from_numpy(rle.area(masks.counts, masks.height, masks.width)).to(instances.scores.device)


def _pixels(instances: Instances) -> RLEMasks:
    if not isinstance(instances.masks, RLEMasks):
        raise ValueError(f'masks are compared as pixels, got {type(instances.masks).__name__}; set pixel_masks=True on '
                         'the tracker')
    return instances.masks


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
