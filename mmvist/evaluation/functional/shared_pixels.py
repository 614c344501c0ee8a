"""Pixels that masks have in common, for all masks of many frames in one sweep over their runs."""

import numpy as np

from mmvist.structures.runs import Runs, SortedRuns


def shared_pixels(first: Runs, second: SortedRuns, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]
                  ) -> np.ndarray:
    """Pixels that groups of masks share, (R, C) int64.

    Args:
        first: N masks.
        second: M masks, disjoint.
        rows: (N,) int64, the row that each of the first counts for.
        columns: (M,) int64, the column that each of the second counts for.
        shape: R, C.
    """
    low = np.searchsorted(second.ends, first.starts, side='right')
    high = np.searchsorted(second.starts, first.ends, side='left')
    counts = np.maximum(high - low, 0)
    last = np.cumsum(counts)
    # Each run of the first with each run of the second that it meets.
    meeting = np.repeat(np.arange(len(counts)), counts)
    met = np.arange(len(meeting)) + np.repeat(low - last + counts, counts)
    lengths = np.minimum(first.ends[meeting], second.ends[met]) - np.maximum(first.starts[meeting], second.starts[met])
    pairs = rows[first.owners[meeting]] * shape[1] + columns[second.owners[met]]
    # Sums of whole numbers below 2^53 are exact.
    return np.bincount(pairs, lengths, shape[0] * shape[1]).astype(np.int64).reshape(shape)
