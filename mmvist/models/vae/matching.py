"""Which boxes of the last frame's objects are which of the boxes found in this one (section 3.3, Eq. 5)."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from mmvist.structures.boxes import box_iou

# Cost of a pair that must not be: more than all others together.
FORBIDDEN = 1e6


class JoinedBoxes(NamedTuple):
    """Boxes of one frame, each once.

    Attributes:
        bboxes: (N, 4) xyxy, in the unit of what was joined.
        inherited: (N,) int64, the track that a box comes from, -1 for a new one.
        found: (N,) int64, row of the found box, -1 for a box that was only proposed.
    """

    bboxes: Tensor
    inherited: Tensor
    found: Tensor


def match_boxes(proposed: Tensor, found: Tensor, min_iou: float) -> tuple[Tensor, Tensor]:
    """Pairs of proposed boxes (P, 4) and found ones (Q, 4) with the least sum of 1 - IoU, IoU above `min_iou`.

    Returns:
        (M,) rows of both, int64, by rising row of the proposed.
    """
    overlap = box_iou(proposed, found).cpu().numpy()
    allowed = overlap > min_iou
    rows, columns = linear_sum_assignment(np.where(allowed, 1 - overlap, FORBIDDEN))
    kept = allowed[rows, columns]
    return tuple(torch.from_numpy(part[kept].astype(np.int64)).to(proposed.device) for part in (rows, columns))


def join_boxes(proposed: Tensor, ids: Tensor, found: Tensor, min_iou: float = 0.5) -> JoinedBoxes:
    """The proposed boxes, each grown around the found box it is matched with, and the found ones that are left.

    Args:
        proposed: (P, 4) xyxy, where the last frame's objects should be.
        ids: (P,) int64, their tracks.
        found: (Q, 4) xyxy, boxes of this frame.
        min_iou: epsilon.
    """
    rows, columns = match_boxes(proposed, found, min_iou)
    grown, sources = proposed.clone(), torch.full_like(ids, -1)
    grown[rows] = torch.cat([torch.minimum(proposed[rows, :2], found[columns, :2]),
                             torch.maximum(proposed[rows, 2:], found[columns, 2:])], dim=1)
    sources[rows] = columns
    is_left = torch.ones(len(found), dtype=torch.bool, device=found.device)
    is_left[columns] = False
    left = is_left.nonzero()[:, 0]
    return JoinedBoxes(torch.cat([grown, found[left]]), torch.cat([ids, torch.full_like(left, -1)]),
                       torch.cat([sources, left]))


def suppress(bboxes: Tensor, scores: Tensor, labels: Tensor, is_preferred: Tensor, min_score: float, max_iou: float
             ) -> Tensor:
    """Rows of boxes that stay: good enough, and not beside a better one of their class.

    Args:
        bboxes: (N, 4) xyxy.
        scores: (N,) in 0..1.
        labels: (N,) int64.
        is_preferred: (N,) bool, who wins of equally good ones.
        min_score: Lower ones go.
        max_iou: Of two of a class that overlap by more, the better one stays.

    Returns:
        (M,) int64, by falling score.
    """
    rows = torch.cat([is_preferred.nonzero()[:, 0], (~is_preferred).nonzero()[:, 0]])
    rows = rows[scores[rows].sort(descending=True, stable=True).indices]
    rows = rows[scores[rows] >= min_score]
    beside = (box_iou(bboxes[rows], bboxes[rows]) > max_iou) & (labels[rows, None] == labels[rows])
    beside = beside.cpu().numpy()
    stays = np.ones(len(rows), bool)
    for row in range(len(rows)):
        if stays[row]:
            stays[row + 1:] &= ~beside[row, row + 1:]
    return rows[torch.from_numpy(stays).to(rows.device)]
