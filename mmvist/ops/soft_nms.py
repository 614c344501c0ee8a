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
    left = np.column_stack([boxes.detach().numpy(), scores.detach().numpy()])
    indices = np.arange(len(left))
    threshold = left.dtype.type(iou_threshold)
    done = 0
    while done < len(left):
        best = done + left[done:, 4].argmax()
        left[[done, best]], indices[[done, best]] = left[[best, done]], indices[[best, done]]
        picked, others = left[done], left[done + 1:]
        done += 1
        iou = _overlap(picked, others, offset)
        if method == GAUSSIAN:
            others[:, 4] *= np.exp(-(iou * iou) / left.dtype.type(sigma))
        else:
            others[:, 4] *= np.where(iou >= threshold, 1 - iou if method == LINEAR else 0, 1)
        rows = np.concatenate([np.arange(done), done + _compact(others[:, 4] >= min_score)])
        left, indices = left[rows], indices[rows]
    dets[:done] = from_numpy(left)
    return from_numpy(indices)


def _compact(kept: np.ndarray) -> np.ndarray:
    """Positions of what is kept, gaps filled from the end: the order in which mmcv settles later ties."""
    count = int(kept.sum())
    positions = np.arange(count)
    positions[~kept[:count]] = (count + np.flatnonzero(kept[count:]))[::-1]
    return positions


def _overlap(box: np.ndarray, others: np.ndarray, offset: int) -> np.ndarray:
    sizes = np.minimum(box[2:4], others[:, 2:4]) - np.maximum(box[:2], others[:, :2]) + offset
    inter = sizes.clip(min=0).prod(1)
    areas = (others[:, 2] - others[:, 0] + offset) * (others[:, 3] - others[:, 1] + offset)
    area = (box[2] - box[0] + offset) * (box[3] - box[1] + offset)
    # boxes without area overlap by 0; by mmcv's 0 / 0, Gaussian scores would become NaN
    return inter / np.maximum(area + areas - inter, np.finfo(inter.dtype).tiny)
