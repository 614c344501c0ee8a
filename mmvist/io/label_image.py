"""Label images: every pixel holds the value of the object it belongs to, 0 for none."""

from collections.abc import Sequence

import numpy as np

from mmvist.structures import rle


def split_values(values: np.ndarray) -> dict[int, bytes]:
    """Mask of every value above 0 in an image (H, W) of whole numbers, in one pass over its runs."""
    height, width = values.shape
    column_major = values.T.ravel()
    starts = np.concatenate([[0], np.flatnonzero(column_major[1:] != column_major[:-1]) + 1])
    ends = np.append(starts[1:], len(column_major))
    run_values = column_major[starts]
    masks = {}
    for value in np.unique(run_values[run_values > 0]).tolist():
        of_value = run_values == value
        edges = np.stack([starts[of_value], ends[of_value]], axis=1).ravel()
        lengths = np.diff(edges, prepend=0, append=len(column_major))
        masks[value] = rle.from_run_lengths(lengths[:-1] if lengths[-1] == 0 else lengths, height, width)
    return masks


def join_values(values: np.ndarray, masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Image (H, W) uint16 in which each of the disjoint masks has its value, and the rest 0."""
    steps = np.zeros(height * width + 1, np.int32)
    for value, mask in zip(values.tolist(), masks, strict=True):
        edges = np.cumsum(rle.run_lengths(mask))
        steps[edges[:-1:2]] += value
        steps[edges[1::2]] -= value
    return np.cumsum(steps[:-1], dtype=np.int32).astype(np.uint16).reshape(width, height).T
