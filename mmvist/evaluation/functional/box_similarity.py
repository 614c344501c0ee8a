"""How alike the boxes of objects and results are in every frame of a video."""

from typing import Literal

import numpy as np

from mmvist.evaluation.functional.assignment import best_pairs
from mmvist.evaluation.functional.similarity import VideoSimilarity, require_unique_ids
from mmvist.structures import VideoTracks

DISTRACTOR_THRESHOLD = 0.5
# Pairs that are worked on at a time, so that the arrays stay in the processor's cache.
PORTION = 1 << 15


def box_similarity(ground_truth: VideoTracks, results: VideoTracks, ignore: Literal['union', 'any'] = 'union',
                   ignore_every_class: bool = False) -> VideoSimilarity:
    """IoU of the boxes of every frame; a box is as wide as x2 - x1.

    Args:
        ground_truth: Ignore rows are regions in which results do not count. They count for their label, those with the
            label -1 for every one.
        results: Tracks of the same video and classes.
        ignore: Whether the ignored part of a result is that in all regions together, or the greatest one that a single
            region has of it (BDD100K).
        ignore_every_class: Every region counts for every label (BDD100K).

    Raises:
        ValueError: An id occurs twice in a frame.
    """
    for tracks, source in ((ground_truth, 'ground truth'), (results, 'results')):
        require_unique_ids(tracks, source)
    gt_rows, rows, shared = _overlaps(ground_truth, results)
    in_region, labels = ground_truth.ignore[gt_rows], ground_truth.labels[gt_rows]
    of_label = labels == results.labels[rows]
    alike = of_label & ~in_region
    counting = in_region & (of_label | (labels == -1) | ignore_every_class)
    objects = ~ground_truth.ignore
    return VideoSimilarity(
        ground_truth.video.length, ground_truth.frames[objects], ground_truth.ids[objects],
        ground_truth.labels[objects], results.frames, results.ids, results.labels,
        # Ignore rows have no part in pairs; what is left is renumbered.
        (np.cumsum(objects) - 1)[gt_rows[alike]], rows[alike],
        _iou(ground_truth, results, gt_rows[alike], rows[alike], shared[alike]),
        _ignore_share(ground_truth, results, gt_rows[counting], rows[counting], shared[counting], ignore))


def without_distractors(ground_truth: VideoTracks, results: VideoTracks) -> VideoTracks:
    """Leave out results that find what is no object, whether or not they could have found one (MOT16, MOT17, MOT20).

    In every frame all boxes of the ground truth, of any label, share out the results among them, at an IoU of 0.5 and
    with the greatest sum of IoU; what goes to an ignore row is left out.

    Args:
        ground_truth: Its ignore rows are the distractors: static persons, reflections, and the like.
        results: Tracks of the same video.
    """
    gt_rows, rows, shared = _overlaps(ground_truth, results)
    values = _iou(ground_truth, results, gt_rows, rows, shared)
    similarity = VideoSimilarity(
        ground_truth.video.length, ground_truth.frames, ground_truth.ids, ground_truth.labels, results.frames,
        results.ids, results.labels, gt_rows, rows, values, np.zeros(len(results)))
    # As TrackEval, which forgives the last bit.
    chosen = best_pairs(similarity, values, values >= DISTRACTOR_THRESHOLD - np.finfo(float).eps)
    keep = np.ones(len(results), bool)
    keep[rows[chosen[ground_truth.ignore[gt_rows[chosen]]]]] = False
    return results.select(keep)


def _overlaps(ground_truth: VideoTracks, results: VideoTracks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of the ground truth, rows of the results, and shared area of all boxes of one frame that overlap.

    The rows of the ground truth rise, and those of the results where the former stay.
    """
    first = results.offsets[ground_truth.frames]
    counts = results.offsets[ground_truth.frames + 1] - first
    truth, mine = (tracks.bboxes.astype(np.float64) for tracks in (ground_truth, results))
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // PORTION)) + 1
    edges = [0, *cuts.tolist(), len(counts)]
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        here = counts[start:stop]
        gt_rows = np.repeat(np.arange(start, stop), here)
        rows = np.arange(len(gt_rows)) + np.repeat(first[start:stop] - np.cumsum(here) + here, here)
        # Most boxes of a frame lie side by side: few are left to be compared in height.
        shared = np.ones(len(rows))
        for axis in (0, 1):
            lengths = _shared_lengths(truth[:, axis::2], mine[:, axis::2], gt_rows, rows)
            meet = np.flatnonzero(lengths > 0)
            gt_rows, rows, shared = gt_rows[meet], rows[meet], shared[meet] * lengths[meet]
        found.append((gt_rows, rows, shared))
    return tuple(map(np.concatenate, zip(*found, strict=True)))


def _shared_lengths(first: np.ndarray, second: np.ndarray, rows: np.ndarray, other_rows: np.ndarray) -> np.ndarray:
    """(M,) length that pairs of intervals, rows of (N, 2) and of (K, 2), have in common, negative for a gap."""
    return np.minimum(first[rows, 1], second[other_rows, 1]) - np.maximum(first[rows, 0], second[other_rows, 0])


def _areas(tracks: VideoTracks) -> np.ndarray:
    """(R,) float64."""
    corners = tracks.bboxes.astype(np.float64)
    return np.prod(corners[:, 2:] - corners[:, :2], axis=1)


def _iou(ground_truth: VideoTracks, results: VideoTracks, gt_rows: np.ndarray, rows: np.ndarray, shared: np.ndarray
         ) -> np.ndarray:
    """(M,) IoU of pairs of boxes that share an area."""
    return shared / (_areas(ground_truth)[gt_rows] + _areas(results)[rows] - shared)


def _ignore_share(ground_truth: VideoTracks, results: VideoTracks, regions: np.ndarray, rows: np.ndarray,
                  shared: np.ndarray, ignore: Literal['union', 'any']) -> np.ndarray:
    """(P,) part of each result that lies in regions.

    Args:
        ground_truth: Has the regions.
        results: P results.
        regions: (M,) rows of the ground truth, with `rows` the pairs that share an area.
        rows: (M,) rows of the results.
        shared: (M,) that area.
        ignore: See `box_similarity`.
    """
    share = np.zeros(len(results))
    np.maximum.at(share, rows, shared / _areas(results)[rows])
    if ignore == 'union':
        order = np.argsort(rows, kind='stable')
        regions, counts = regions[order], np.bincount(rows, minlength=len(results))
        ends = np.cumsum(counts)
        for row in np.flatnonzero(counts > 1).tolist():
            share[row] = _covered(results.bboxes[row], ground_truth.bboxes[regions[ends[row] - counts[row]:ends[row]]])
    return share


def _covered(box: np.ndarray, regions: np.ndarray) -> float:
    """Part of a box (4,) that lies in any of the regions (N, 4)."""
    box = box.astype(np.float64)
    corners = np.clip(regions, np.tile(box[:2], 2), np.tile(box[2:], 2))
    # The sides of all regions cut the box into fields, each wholly in a region or out of it.
    x, y = np.unique(corners[:, ::2]), np.unique(corners[:, 1::2])
    left, top, right, bottom = corners.T[:, :, None]
    columns, rows = (left <= x[:-1]) & (x[1:] <= right), (top <= y[:-1]) & (y[1:] <= bottom)
    inside = np.diff(y) @ (rows.T.astype(np.int64) @ columns > 0) @ np.diff(x)
    return float(inside / np.prod(box[2:] - box[:2]))
