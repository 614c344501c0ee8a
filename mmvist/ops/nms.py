"""Non-maximum suppression: of boxes that overlap, only the best stays."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mmvist.ops import torchvision_kernels

# Boxes decided at a time. On a CPU a block's overlaps should stay in the cache; on a GPU fewer blocks mean fewer waits.
BLOCK = {'cpu': 128, 'cuda': 2048}


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Keep the boxes that no better kept box overlaps, as mmcv's operator of the same name does.

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,). Ties are settled as by `torch.sort`, whose order compiled mmcv uses too.
        iou_threshold: Boxes that overlap by more are dropped.
        offset: 0 or 1, added to widths and heights.

    Returns:
        Indices of the kept boxes, best first.
    """
    # mmcv compares in single precision: at IoU exactly 3/5, a threshold of 0.6 in double precision decides otherwise
    threshold = float(np.float32(iou_threshold))
    if offset == 0 and torchvision_kernels.works_on(boxes.device.type):
        return torch.ops.torchvision.nms(boxes, scores, threshold)
    order = scores.sort(0, descending=True).indices
    return order[_keep(boxes[order], threshold, offset)]


def _keep(boxes: Tensor, threshold: float, offset: int) -> Tensor:
    """Positions of the kept boxes, which come best first. Memory: one block against all boxes."""
    size = BLOCK['cpu' if boxes.device.type == 'cpu' else 'cuda']
    kept = []
    left = torch.arange(len(boxes), device=boxes.device)
    while len(left):
        block, left = left[:size], left[size:]
        overlapping = _overlap(boxes[block], boxes[block], offset) > threshold
        block = block[_undominated(overlapping.triu(1))]
        kept.append(block)
        if len(left):
            left = left[~(_overlap(boxes[block], boxes[left], offset) > threshold).any(0)]
    return torch.cat(kept) if kept else left


def _undominated(dominates: Tensor) -> Tensor:
    """Which boxes no kept box dominates.

    The greedy rule is the one solution of "kept if nothing kept dominates it". Repeating the rule from any start
    reaches it: each round settles the boxes whose dominators are settled, so a few rounds do, on any device.

    Args:
        dominates: (N, N) bool, strictly upper triangular: row over column.
    """
    kept = dominates.new_ones(len(dominates))
    while True:
        before, kept = kept, ~(dominates & kept[:, None]).any(0)
        if torch.equal(before, kept):
            return kept


def _overlap(a: Tensor, b: Tensor, offset: int) -> Tensor:
    """IoU of each box of `a` (N, 4) with each of `b` (M, 4); NaN for two boxes without area."""
    sizes = torch.minimum(a[:, None, 2:], b[:, 2:]) - torch.maximum(a[:, None, :2], b[:, :2])
    inter = (sizes + offset).clamp_(min=0).prod(-1)
    return inter / (_area(a, offset)[:, None] + _area(b, offset) - inter)


def _area(boxes: Tensor, offset: int) -> Tensor:
    return (boxes[:, 2] - boxes[:, 0] + offset) * (boxes[:, 3] - boxes[:, 1] + offset)
