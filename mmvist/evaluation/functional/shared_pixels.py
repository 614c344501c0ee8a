"""Pixels that masks have in common, for all masks of many frames in one sweep over their runs."""

import numpy as np

from mmvist.structures.runs import SortedRuns


def shared_pixels(first: SortedRuns, second: SortedRuns, num_first: int, num_second: int) -> np.ndarray:
    """Pixels that each of the first masks shares with each of the second ones, (N, M) int64.

    Args:
        first: N masks.
        second: M masks, disjoint.
        num_first: N.
        num_second: M.
    """
    low = np.searchsorted(second.ends, first.starts, side='right')
    high = np.searchsorted(second.starts, first.ends, side='left')
    counts = np.maximum(high - low, 0)
    last = np.cumsum(counts)
    # Each run of the first with each run of the second that it meets.
    rows = np.repeat(np.arange(len(counts)), counts)
    columns = np.arange(len(rows)) + np.repeat(low - last + counts, counts)
    lengths = (np.minimum(first.ends[rows], second.ends[columns])
               - np.maximum(first.starts[rows], second.starts[columns]))
    pairs = first.owners[rows] * num_second + second.owners[columns]
    # Sums of whole numbers below 2^53 are exact.
    return np.bincount(pairs, lengths, num_first * num_second).astype(np.int64).reshape(num_first, num_second)
