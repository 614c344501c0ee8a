"""Assigners: from scores to a decision for each detection.

An assigner reads a matrix (1 + tracks, detections) on the host, `-inf` where a pair is forbidden, and returns for each
detection the row it takes: 0 is a new track, k the k-th track, `DROPPED` neither. No track is taken twice.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from mmvist.registry import TASK_UTILS

DROPPED = -1
LOSERS = ('drop', 'new', 'next')
MODES = ('slack', 'cardinality', 'afterwards')


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
class InOrder:
    """Each track, the oldest first, takes its best detection that is still free and no worse than "new".

    The rule of the IoU tracker (Bochinski et al. 2017, Algorithm 1).
    """

    def __call__(self, affinity: np.ndarray) -> np.ndarray:
        """Decide on a matrix (1 + T, D).

        Returns:
            (D,) int64 rows; `DROPPED` where a detection is unmatched and its "new" is forbidden.
        """
        new, pairs = affinity[0], np.where(affinity[1:] >= affinity[0], affinity[1:], -np.inf)
        rows = np.where(new > -np.inf, 0, DROPPED)
        for track in np.flatnonzero((pairs > -np.inf).any(axis=1)).tolist():
            best = int(pairs[track].argmax())
            if pairs[track, best] > -np.inf:
                rows[best] = track + 1
                pairs[:, best] = -np.inf
        return rows


@TASK_UTILS.register_module()
class Hungarian:
    """The one-to-one decision with the largest sum.

    A pair may match if it scores no less than the detection's "new"; forbidden pairs never come back.

    Args:
        mode: What is summed. 'slack': what a match scores above "new", so births take part in the optimum and two poor
            matches may give way to a good one, as where programs cut costs off at the threshold (DeepSORT, ByteTrack).
            'cardinality': as many matches as there can be, and the highest scores among those, as where they give
            forbidden pairs a huge cost (TrackR-CNN). 'afterwards': likewise over all pairs that no gate forbids, and
            what scores less than "new" is struck out when it is decided, as where programs compare costs with the
            threshold last (the spatio-temporal embedding).
    """

    def __init__(self, mode: str = 'slack') -> None:
        if mode not in MODES:
            raise ValueError(f'Hungarian: mode must be one of {MODES}, got {mode!r}')
        self.mode = mode

    def __call__(self, affinity: np.ndarray) -> np.ndarray:
        """Decide on a matrix (1 + T, D).

        Returns:
            (D,) int64 rows; `DROPPED` where a detection is unmatched and its "new" is forbidden. When such a detection
            is dropped it counts one less than the lowest score.
        """
        affinity = np.asarray(affinity, np.float64)
        new, pairs = affinity[0], affinity[1:]
        rows = np.where(new > -np.inf, 0, DROPPED)
        good = pairs >= new
        allowed = (pairs > -np.inf) & (good | (self.mode == 'afterwards'))
        rivals = (np.count_nonzero(allowed, axis=1) > 1)[:, None] | (np.count_nonzero(allowed, axis=0) > 1)
        # A pair without rivals is in every optimum; those that are left are few.
        tracks, detections = np.nonzero(allowed & ~rivals)
        matched = np.zeros(len(new), np.int64)
        matched[detections] = tracks + 1
        contested = allowed & rivals
        if contested.any():
            self._settle(affinity, contested, matched)
        columns = np.flatnonzero(matched)
        columns = columns[good[matched[columns] - 1, columns]]
        rows[columns] = matched[columns]
        return rows

    def _settle(self, affinity: np.ndarray, contested: np.ndarray, matched: np.ndarray) -> None:
        """Decide on the pairs that have rivals, (T, D) bool, and write the tracks, from 1, into those of detections."""
        new, pairs = affinity[0], affinity[1:]
        floor = np.where(new > -np.inf, new, affinity[affinity > -np.inf].min() - 1)
        tracks, detections = np.flatnonzero(contested.any(axis=1)), np.flatnonzero(contested.any(axis=0))
        some = np.ix_(tracks, detections)
        solved = self._solve(pairs[some], contested[some], floor[detections])
        matched[detections[solved[1]]] = tracks[solved[0]] + 1

    def _solve(self, pairs: np.ndarray, allowed: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tracks and detections that match, by scores (T, D), which of them may, and what is given up (D,)."""
        if self.mode == 'slack':
            gain = np.where(allowed, pairs - floor, -np.inf)
            # A match that gains nothing is still one: what is not allowed must be a little worse.
            gain[~allowed] = -1e-9 * max(gain.max(), 1.0)
        else:
            lowest, highest = pairs[allowed].min(), pairs[allowed].max()
            forbidden = lowest - (highest - lowest + 1) * (min(pairs.shape) + 1)
            gain = np.where(allowed, pairs, forbidden)
        tracks, detections = linear_sum_assignment(gain, maximize=True)
        real = allowed[tracks, detections]
        return tracks[real], detections[real]
