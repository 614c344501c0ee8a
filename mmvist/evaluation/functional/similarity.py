"""How alike the objects and the results of a frame are: computed once, shared by all tracking scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import VideoTracks, rle


@dataclass(frozen=True, eq=False)
class FrameSimilarity:
    """All that a tracking score sees of one frame with G objects and P results.

    Attributes:
        gt_ids: (G,) int64, unique.
        gt_labels: (G,) int64.
        ids: (P,) int64, unique.
        labels: (P,) int64.
        similarity: (G, P) float64 in 0..1, 1 for equal regions; objects and results of all classes.
        ignore_share: (P,) float64 in 0..1, the part of each result that lies in the ignore regions of its class.
    """

    gt_ids: np.ndarray
    gt_labels: np.ndarray
    ids: np.ndarray
    labels: np.ndarray
    similarity: np.ndarray
    ignore_share: np.ndarray

    def of_class(self, label: int) -> 'FrameSimilarity':
        """Objects and results of one class."""
        rows, columns = np.flatnonzero(self.gt_labels == label), np.flatnonzero(self.labels == label)
        return FrameSimilarity(self.gt_ids[rows], self.gt_labels[rows], self.ids[columns], self.labels[columns],
                               self.similarity[np.ix_(rows, columns)], self.ignore_share[columns])


def mask_similarity(ground_truth: VideoTracks, results: VideoTracks) -> list[FrameSimilarity]:
    """IoU of all masks of every frame of a video.

    An ignore row counts for its class, one with the label -1 for every class. Ignore rows that overlap are one region.

    Every row must have a mask; see `require_masks`.

    Raises:
        ValueError: An id occurs twice in a frame.
    """
    _require_unique_ids(ground_truth, 'ground truth')
    _require_unique_ids(results, 'results')
    size = ground_truth.video.height, ground_truth.video.width
    frames = []
    for frame in range(ground_truth.video.length):
        rows, columns = np.arange(len(ground_truth))[ground_truth.rows_at(frame)], results.rows_at(frame)
        ignored, rows = rows[ground_truth.ignore[rows]], rows[~ground_truth.ignore[rows]]
        masks, labels = results.masks[columns], results.labels[columns]
        regions = [(ground_truth.masks[row], int(ground_truth.labels[row])) for row in ignored]
        frames.append(FrameSimilarity(
            ground_truth.ids[rows], ground_truth.labels[rows], results.ids[columns], labels,
            rle.iou([ground_truth.masks[row] for row in rows], masks, *size),
            _ignore_share(masks, labels, regions, size)))
    return frames


def intersections(first: Sequence[bytes], second: Sequence[bytes], first_areas: np.ndarray,
                  size: tuple[int, int]) -> np.ndarray:
    """Pixels shared by every pair of masks, (N, M) int64.

    Args:
        first: N masks.
        second: M masks.
        first_areas: (N,) int64, pixels of the first masks.
        size: Height and width of the frame.
    """
    # The quotient of two whole numbers below 2 ** 32, times its divisor, rounds back to the dividend.
    return np.rint(_covered(first, second, size) * first_areas[:, None]).astype(np.int64)


def require_masks(tracks: VideoTracks, source: str) -> None:
    """Refuse rows that have a box but no mask."""
    for row, mask in enumerate(tracks.masks):
        if mask is None:
            raise ValueError(f'{source}, video {tracks.video.name}, frame {tracks.frames[row]}, id {tracks.ids[row]}: '
                             'has a box but no mask; this score compares masks')


def _covered(first: Sequence[bytes], second: Sequence[bytes], size: tuple[int, int]) -> np.ndarray:
    """Part of each first mask that lies in each second mask, (N, M); 0 for an empty first mask."""
    # As a "crowd" the second mask takes no part in the divisor.
    return coco.iou(rle.as_coco(first, *size), rle.as_coco(second, *size), [True] * len(second))


def _ignore_share(masks: Sequence[bytes], labels: np.ndarray, regions: Sequence[tuple[bytes, int]],
                  size: tuple[int, int]) -> np.ndarray:
    share = np.zeros(len(masks))
    if not regions:
        return share
    for label in np.unique(labels).tolist():
        applying = [mask for mask, owner in regions if owner in (-1, label)]
        if applying:
            members = np.flatnonzero(labels == label)
            region = coco.merge(rle.as_coco(applying, *size))['counts']
            share[members] = _covered([masks[member] for member in members], [region], size)[:, 0]
    return share


def _require_unique_ids(tracks: VideoTracks, source: str) -> None:
    objects = np.flatnonzero(~tracks.ignore)
    pairs, times = np.unique(np.stack([tracks.frames[objects], tracks.ids[objects]]), axis=1, return_counts=True)
    if np.any(times > 1):
        frame, track = pairs[:, times.argmax()]
        raise ValueError(f'{source}, video {tracks.video.name}, frame {frame}: id {track} occurs {times.max()} times')
