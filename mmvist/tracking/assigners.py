"""Assigners: from scores to a decision for each detection.

An assigner reads a matrix (1 + tracks, detections) on the host, `-inf` where a pair is forbidden, and returns for each
detection the row it takes: 0 is a new track, k the k-th track, `DROPPED` neither. No track is taken twice.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from mmvist.registry import TASK_UTILS

DROPPED = -1
LOSERS = ('drop', 'new', 'next')


@TASK_UTILS.register_module()
class Greedy:
    """Each detection takes its best row; of several that want one track, the highest score wins.

    Args:
        loser: What becomes of the others: 'drop' removes them from the frame (MaskTrack R-CNN), 'new' starts a track,
            'next' gives them their best row among the tracks still free.
    """

    def __init__(self, loser: str) -> None:
        if loser not in LOSERS:
            raise ValueError(f'Greedy: loser must be one of {LOSERS}, got {loser!r}')
        self.loser = loser

    def __call__(self, affinity: np.ndarray) -> np.ndarray:
        """Decide on a matrix (1 + T, D).

        Returns:
            (D,) int64 rows. On equal scores the earlier row and the earlier detection win.
        """
        affinity = np.array(affinity, np.float64)
        columns = np.arange(affinity.shape[1])
        rows = np.full(affinity.shape[1], DROPPED, np.int64)
        open_columns = columns
        while len(open_columns):
            wanted = affinity[:, open_columns].argmax(axis=0)
            values = affinity[wanted, open_columns]
            open_columns, wanted = open_columns[values > -np.inf], wanted[values > -np.inf]
            rows[open_columns[wanted == 0]] = 0
            open_columns, wanted = open_columns[wanted > 0], wanted[wanted > 0]
            order = np.argsort(-affinity[wanted, open_columns], kind='stable')
            taken, first = np.unique(wanted[order], return_index=True)
            winners = open_columns[order[first]]
            rows[winners] = taken
            losers = np.setdiff1d(open_columns, winners)
            if self.loser == 'new':
                rows[losers[affinity[0, losers] > -np.inf]] = 0
            if self.loser != 'next':
                break
            affinity[taken] = -np.inf
            open_columns = losers
        return rows


@TASK_UTILS.register_module()
class Hungarian:
    """The one-to-one decision with the largest sum of scores.

    Each detection has a "new" row of its own, so births take part in the optimum: a match is worth what it scores above
    a new track, and pairs that score no more than that are left unmatched. Forbidden pairs never come back. A detection
    that must not be born counts one less than the lowest score when it is dropped.
    """

    def __call__(self, affinity: np.ndarray) -> np.ndarray:
        """Decide on a matrix (1 + T, D).

        Returns:
            (D,) int64 rows; `DROPPED` where a detection is unmatched and its "new" is forbidden.
        """
        affinity = np.asarray(affinity, np.float64)
        new, pairs = affinity[0], affinity[1:]
        allowed = pairs > -np.inf
        rows = np.where(new > -np.inf, 0, DROPPED)
        if not allowed.any():
            return rows
        floor = np.where(new > -np.inf, new, affinity[affinity > -np.inf].min() - 1)
        gain = np.where(allowed, np.maximum(np.where(allowed, pairs, 0) - floor, 0), 0)
        tracks, detections = linear_sum_assignment(gain, maximize=True)
        real = gain[tracks, detections] > 0
        rows[detections[real]] = tracks[real] + 1
        return rows
