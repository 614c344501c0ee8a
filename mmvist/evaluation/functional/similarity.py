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
        similarity: (G, P) float64 in 0..1, 1 for equal regions; 0 between classes, so that an assignment of the whole
            frame is one of each class.
        ignore_share: (P,) float64 in 0..1, the part of each result that lies in the ignore regions of its class.
    """

    gt_ids: np.ndarray
    gt_labels: np.ndarray
    ids: np.ndarray
    labels: np.ndarray
    similarity: np.ndarray
    ignore_share: np.ndarray


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
    objects = ground_truth.select(~ground_truth.ignore)
    regions = ground_truth.select(ground_truth.ignore)
    object_masks, masks = rle.as_coco(objects.masks, *size), rle.as_coco(results.masks, *size)
    frames = []
    for frame in range(ground_truth.video.length):
        rows, columns, ignored = objects.rows_at(frame), results.rows_at(frame), regions.rows_at(frame)
        gt_labels, labels = objects.labels[rows], results.labels[columns]
        if len(gt_labels) and len(labels):
            similarity = coco.iou(object_masks[rows], masks[columns], [False] * len(labels))
            similarity *= gt_labels[:, None] == labels
        else:
            similarity = np.zeros((len(gt_labels), len(labels)))
        if len(labels) and ignored.start < ignored.stop:
            share = _ignore_share(masks[columns], labels, regions.masks[ignored], regions.labels[ignored], size)
        else:
            share = np.zeros(len(labels))
        frames.append(FrameSimilarity(objects.ids[rows], gt_labels, results.ids[columns], labels, similarity, share))
    return frames


def covered_share(first: Sequence[dict], second: Sequence[dict]) -> np.ndarray:
    """Part of each first mask that lies in each second one, (N, M) float64; 0 for an empty first mask.

    Args:
        first: N masks as pycocotools wants them, at least one.
        second: M masks, at least one.
    """
    # As a "crowd" the second mask takes no part in the divisor.
    return coco.iou(first, second, [True] * len(second))


def require_masks(tracks: VideoTracks, source: str) -> None:
    """Refuse rows that have a box but no mask."""
    if None in tracks.masks:
        row = tracks.masks.index(None)
        raise ValueError(f'{source}, video {tracks.video.name}, frame {tracks.frames[row]}, id {tracks.ids[row]}: '
                         'has a box but no mask; this score compares masks')


def _ignore_share(masks: Sequence[dict], labels: np.ndarray, regions: Sequence[bytes], owners: np.ndarray,
                  size: tuple[int, int]) -> np.ndarray:
    if owners.max() == -1:
        return covered_share(masks, [coco.merge(rle.as_coco(regions, *size))])[:, 0]
    share = np.zeros(len(masks))
    for label in np.unique(labels).tolist():
        applying = [mask for mask, owner in zip(regions, owners.tolist(), strict=True) if owner in (-1, label)]
        members = np.flatnonzero(labels == label)
        if applying:
            region = coco.merge(rle.as_coco(applying, *size))
            share[members] = covered_share([masks[member] for member in members], [region])[:, 0]
    return share


def _require_unique_ids(tracks: VideoTracks, source: str) -> None:
    objects = np.flatnonzero(~tracks.ignore)
    frames, ids = tracks.frames[objects], tracks.ids[objects]
    order = np.lexsort((ids, frames))
    twice = order[1:][(np.diff(frames[order]) == 0) & (np.diff(ids[order]) == 0)]
    if len(twice):
        frame, track = frames[twice[0]], ids[twice[0]]
        times = np.count_nonzero((frames == frame) & (ids == track))
        raise ValueError(f'{source}, video {tracks.video.name}, frame {frame}: id {track} occurs {times} times')
