"""Label images: every pixel holds the value of the object it belongs to, 0 for none."""

from collections.abc import Sequence

import numpy as np

from mmvist.structures import rle
from mmvist.structures.runs import Runs, encode


def split_values(values: np.ndarray) -> dict[int, bytes]:
    """Mask of every value above 0, by rising value, in an image (H, W) of whole numbers below 2 ** 32."""
    column_major = values.T.ravel()
    starts = np.flatnonzero(column_major[1:] != column_major[:-1]) + 1
    starts = np.append(0, starts) if values.size else starts
    return split_runs(starts, column_major[starts], values.size, 1)[0]


def split_runs(starts: np.ndarray, values: np.ndarray, num_pixels: int, num_images: int) -> list[dict[int, bytes]]:
    """Mask of every value above 0, by rising value, of each of several images of one size.

    Args:
        starts: (B,) pixels where the value changes, never falling, counted down the columns and through the images.
            Where several are at one pixel, the last one holds.
        values: (B,) values from there to the next change or to the last pixel, below 2 ** 32.
        num_pixels: Pixels of an image.
        num_images: How many images there are; all their pixels together are less than 2 ** 32.
    """
    values = values.astype(np.int64)
    ends = np.append(starts[1:], num_pixels * num_images)[:len(starts)]
    filled = ends > starts
    starts, values = starts[filled], values[filled]
    # Runs of one value that touch are one, but for those of two images.
    opens = (np.diff(values, prepend=-1) != 0) | (starts % num_pixels == 0)
    starts, values = starts[opens], values[opens]
    ends = np.append(starts[1:], num_pixels * num_images)[:len(starts)]
    kept = np.flatnonzero(values > 0)
    # Value and pixel in one number, as no sort by two keys is half as fast.
    order = kept[np.argsort(values[kept].astype(np.uint64) << np.uint64(32) | starts[kept].astype(np.uint64))]
    starts, ends, values = starts[order], ends[order], values[order]
    images = starts // num_pixels
    firsts = np.flatnonzero((np.diff(values, prepend=-1) != 0) | (np.diff(images, prepend=-1) != 0))
    offsets = images * num_pixels
    runs = Runs(starts - offsets, ends - offsets, np.diff(firsts, append=len(starts)))
    masks: list[dict[int, bytes]] = [{} for _ in range(num_images)]
    texts = encode(runs, num_pixels)
    for image, value, mask in zip(images[firsts].tolist(), values[firsts].tolist(), texts, strict=True):
        masks[image][value] = mask
    return masks


def join_values(values: np.ndarray, masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Image (H, W) uint16 in which each of the disjoint masks has its value, and the rest 0."""
    steps = np.zeros(height * width + 1, np.int32)
    for value, mask in zip(values.tolist(), masks, strict=True):
        edges = np.cumsum(rle.run_lengths(mask))
        steps[edges[:-1:2]] += value
        steps[edges[1::2]] -= value
    return np.cumsum(steps[:-1], dtype=np.int32).astype(np.uint16).reshape(width, height).T
