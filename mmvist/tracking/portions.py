"""Rows that grow with a video and are never modified."""

import numpy as np

Portions = tuple[np.ndarray, ...]


def append(portions: Portions, rows: np.ndarray) -> Portions:
    """Add rows at the end, joined with those portions before them that are no longer.

    Portions shrink by half or more, so that there are few of them and each row is copied a few times at most.
    """
    if len(rows) == 0:
        return portions
    while portions and len(portions[-1]) <= len(rows):
        rows, portions = np.concatenate([portions[-1], rows]), portions[:-1]
    return (*portions, rows)
