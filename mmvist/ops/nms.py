"""Non-maximum suppression: of boxes that overlap, only the best stays."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mmvist.ops import torchvision_kernels

# Boxes decided at a time, and boxes they are compared with at a time. On a CPU their overlaps should stay in
# the cache, and fewer than 2**15, from where PyTorch shares the work among threads: where cores are busy,
# hundreds of short turns that wait for one another take a second. On a GPU fewer portions mean fewer waits.
BLOCK = {'cpu': 128, 'cuda': 2048}
PORTION = {'cpu': 255, 'cuda': 16384}


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Keep the boxes that no better kept box overlaps, as mmcv's operator of the same name does.

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,). Ties are settled as `torch.sort` does it unless asked to be stable: mmcv's order.
        iou_threshold: Boxes that overlap by more are dropped; 0 to 1.
        offset: 0 or 1, added to widths and heights.

    Returns:
        Indices of the kept boxes, best first.
    """
    # mmcv compares in single precision: at an IoU of exactly 3/5, 0.6 in double precision decides otherwise
    threshold = float(np.float32(iou_threshold))
    if offset == 0 and torchvision_kernels.usable_for(boxes):
        return torch.ops.torchvision.nms(boxes, scores, threshold)
    order = scores.sort(0, descending=True).indices
    return order[_keep(boxes.index_select(0, order), threshold, offset)]


def _keep(boxes: Tensor, threshold: float, offset: int) -> Tensor:
    """Positions of the kept boxes (N, 4), which come best first."""
    device = 'cpu' if boxes.device.type == 'cpu' else 'cuda'
    areas = (boxes[:, 2] - boxes[:, 0] + offset) * (boxes[:, 3] - boxes[:, 1] + offset)
    # a little area for boxes without any, so that they overlap nothing by 0, not by 0 / 0
    candidates = torch.cat([boxes.t(), areas.clamp(min=torch.finfo(boxes.dtype).tiny)[None]])
    positions = torch.arange(len(boxes), device=boxes.device)
    kept = [positions[:0]]
    while len(positions):
        block, candidates = candidates[:, :BLOCK[device]], candidates[:, BLOCK[device]:]
        stays = _undominated(_overlap(block, block, offset) > threshold).nonzero()[:, 0]
        kept.append(positions[stays])
        positions = positions[BLOCK[device]:]
        if len(positions):
            block = block.index_select(1, stays)
            most = [_overlap(block, part, offset).amax(0) for part in candidates.split(PORTION[device], 1)]
            free = (torch.cat(most) <= threshold).nonzero()[:, 0]
            candidates, positions = candidates.index_select(1, free), positions.index_select(0, free)
    return torch.cat(kept)


def _undominated(overlapping: Tensor) -> Tensor:
    """Which boxes (N,) overlap no better kept one, of boxes best first that overlap as in the bool (N, N).

    "Kept if nothing kept dominates it" has one solution, and repeating the rule reaches it from any start:
    each round settles the boxes whose dominators are settled. A few rounds do; on a GPU each waits for its
    outcome.
    """
    rank = torch.arange(len(overlapping), device=overlapping.device)
    # products and maxima of floats, since PyTorch reduces bool slowly and shares even small matrix products
    dominates = (overlapping & (rank[:, None] < rank)).float()
    kept = dominates.new_ones(len(rank))
    while True:
        before, kept = kept, 1 - (dominates * kept[:, None]).amax(0)
        if torch.equal(before, kept):
            return kept > 0


def _overlap(a: Tensor, b: Tensor, offset: int) -> Tensor:
    """IoU (N, M) of boxes (5, N) and (5, M), given as x1, y1, x2, y2 and area; 0 or less for boxes apart."""
    left, top, right, bottom, area = a[:, :, None]
    # in place, because on a CPU new memory costs more than the arithmetic
    inter = torch.minimum(right, b[2]).sub_(torch.maximum(left, b[0]))
    height = torch.minimum(bottom, b[3]).sub_(torch.maximum(top, b[1]))
    if offset:
        inter, height = inter.add_(offset), height.add_(offset)
    inter.clamp_(min=0).mul_(height)
    return inter.div_(torch.add(area, b[4], out=height).sub_(inter))
