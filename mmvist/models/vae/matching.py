"""Which boxes of the last frame's objects are which of the boxes found in this one (section 3.3, Eq. 5)."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from mmvist.structures.boxes import box_iou

# Cost of a pair that must not be: more than all others together.
FORBIDDEN = 1e6
# Age of what continues no track: older than all others.
NEW = 2 ** 31


class JoinedBoxes(NamedTuple):
    """Boxes of one frame, each once.

    Attributes:
        bboxes: (N, 4) xyxy, in the unit of what was joined.
        inherited: (N,) int64, the track that a box comes from, -1 for a new one.
        ages: (N,) int64, for how many frames that track has not been found; `NEW` for a new box.
    """

    bboxes: Tensor
    inherited: Tensor
    ages: Tensor


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


def join_boxes(proposed: Tensor, ids: Tensor, ages: Tensor, found: Tensor, min_iou: float = 0.5) -> JoinedBoxes:
    """The proposed boxes, each grown around the found box it is matched with, and the found ones that are left.

    Objects that were found in the last frame are matched first, those that sleep with what is left.

    Args:
        proposed: (P, 4) xyxy, where the last frame's objects should be.
        ids: (P,) int64, their tracks.
        ages: (P,) int64, 0, or the frames since they were found.
        found: (Q, 4) xyxy, boxes of this frame.
        min_iou: epsilon.
    """
    grown, left = proposed.clone(), torch.arange(len(found), device=found.device)
    for asleep in (False, True):
        candidates = ((ages > 0) == asleep).nonzero()[:, 0]
        rows, columns = match_boxes(proposed[candidates], found[left], min_iou)
        rows, matched = candidates[rows], found[left[columns]]
        grown[rows] = torch.cat([torch.minimum(proposed[rows, :2], matched[:, :2]),
                                 torch.maximum(proposed[rows, 2:], matched[:, 2:])], dim=1)
        left = left[~torch.isin(left, left[columns])]
    return JoinedBoxes(torch.cat([grown, found[left]]), torch.cat([ids, torch.full_like(left, -1)]),
                       torch.cat([ages, torch.full_like(left, NEW)]))


def suppress(boxes: JoinedBoxes, scores: Tensor, labels: Tensor, min_score: float, max_iou: float
             ) -> tuple[Tensor, Tensor]:
    """Which boxes stay: good enough, and not beside a better one of their class; and which tracks they continue.

    Several boxes of one object may have been judged: it was proposed and found without a match, say. The best one
    stays, with the identity of the track among them that was found last.

    Args:
        boxes: N boxes, as they were refined.
        scores: (N,) in 0..1.
        labels: (N,) int64.
        min_score: Lower ones go.
        max_iou: Of two of a class that overlap by more, the better one stays; of equally good ones the one whose track
            was found last.

    Returns:
        (M,) int64 rows, by falling score, and their (M,) int64 `inherited`.
    """
    rows = boxes.ages.sort(stable=True).indices
    rows = rows[scores[rows].sort(descending=True, stable=True).indices]
    rows = rows[scores[rows] >= min_score]
    beside = (box_iou(boxes.bboxes[rows], boxes.bboxes[rows]) > max_iou) & (labels[rows, None] == labels[rows])
    beside, ages = beside.cpu().numpy(), boxes.ages[rows].cpu().numpy()
    is_left, stays, sources = np.ones(len(rows), bool), [], []
    for row in range(len(rows)):
        if is_left[row]:
            group = row + np.flatnonzero(is_left[row:] & (beside[row, row:] | (np.arange(len(rows) - row) == 0)))
            is_left[group] = False
            stays.append(row)
            sources.append(group[ages[group].argmin()])
    stays, sources = (torch.tensor(part, dtype=torch.int64, device=rows.device) for part in (stays, sources))
    return rows[stays], boxes.inherited[rows[sources]]
