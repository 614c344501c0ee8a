"""Soft non-maximum suppression: overlap with a better box lowers a score (Bodla et al., 2017)."""

from __future__ import annotations

import numpy as np
from torch import Tensor, from_numpy

NAIVE, LINEAR, GAUSSIAN = 0, 1, 2


def softnms(boxes: Tensor, scores: Tensor, dets: Tensor, iou_threshold: float, sigma: float, min_score: float,
            method: int, offset: int) -> Tensor:
    """Pick the best box, lower the scores of the others, repeat; as mmcv's operator of the same name does.

    Args:
        boxes: (N, 4) xyxy, on the CPU.
        scores: (N,).
        dets: (N, 5), written: the first K rows become box and lowered score of what is kept.
        iou_threshold: Overlap from which `NAIVE` and `LINEAR` lower a score.
        sigma: Width of `GAUSSIAN`.
        min_score: Boxes whose score is lowered below it are dropped.
        method: `NAIVE` (to 0), `LINEAR` (by 1 - IoU) or `GAUSSIAN` (by exp(-IoU^2 / sigma)).
        offset: 0 or 1, added to widths and heights.

    Returns:
        (K,) indices of the kept boxes, in the order picked.
    """
    left = np.vstack([boxes.detach().t().numpy(), scores.detach().numpy()])   # (5, those left)
    indices = np.arange(left.shape[1])
    threshold = left.dtype.type(iou_threshold)
    done = 0
    while done < len(indices):
        best = done + left[4, done:].argmax()
        left[:, [done, best]], indices[[done, best]] = left[:, [best, done]], indices[[best, done]]
        iou = _overlap(left[:4, done], left[:4, done + 1:], offset)
        done += 1
        lowered = left[4, done:]
        if method == GAUSSIAN:
            lowered *= np.exp(-(iou * iou) / left.dtype.type(sigma))
        else:
            lowered *= np.where(iou >= threshold, 1 - iou if method == LINEAR else 0, 1)
        kept = lowered >= min_score
        if not kept.all():
            positions = np.concatenate([np.arange(done), done + _compact(kept)])
            left, indices = left[:, positions], indices[positions]
    dets[:done] = from_numpy(left).t()
    return from_numpy(indices)


def _compact(kept: np.ndarray) -> np.ndarray:
    """Positions of what is kept, gaps filled from the end: the order in which mmcv settles later ties."""
    count = int(kept.sum())
    positions = np.arange(count)
    positions[~kept[:count]] = (count + np.flatnonzero(kept[count:]))[::-1]
    return positions


def _overlap(box: np.ndarray, others: np.ndarray, offset: int) -> np.ndarray:
    """IoU (N,) of a box (4,) with others (4, N)."""
    width = np.minimum(box[2], others[2]) - np.maximum(box[0], others[0]) + offset
    height = np.minimum(box[3], others[3]) - np.maximum(box[1], others[1]) + offset
    inter = width.clip(min=0) * height.clip(min=0)
    areas = (others[2] - others[0] + offset) * (others[3] - others[1] + offset)
    area = (box[2] - box[0] + offset) * (box[3] - box[1] + offset)
    # boxes without area overlap by 0; by mmcv's 0 / 0, Gaussian scores would become NaN
    return inter / np.maximum(area + areas - inter, np.finfo(inter.dtype).tiny)
