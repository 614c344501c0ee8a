"""Masks as they stand in annotation files."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import rle


def parse(segmentation: Any, height: int, width: int) -> bytes:
    """Bring a mask of any of COCO's spellings to compressed counts; text is taken as it is, see `broken`.

    Args:
        segmentation: `{'size': [height, width], 'counts': ...}` with counts as a list of run lengths (uncompressed) or
            as text (compressed), or a list of polygons, each a list x, y, x, y, ... in pixels.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ValueError: The mask is none of these, has another size, or its run lengths do not add up to it.
    """
    if isinstance(segmentation, list):
        return _from_polygons(segmentation, height, width)
    if not isinstance(segmentation, dict) or 'counts' not in segmentation or 'size' not in segmentation:
        raise ValueError(f'a mask must be {{size, counts}} or a list of polygons, got {str(segmentation)[:60]}')
    size, counts = segmentation['size'], segmentation['counts']
    if not isinstance(size, list | tuple) or list(size) != [height, width]:
        raise ValueError(f'mask size must be [height, width] = [{height}, {width}], got {size}')
    if isinstance(counts, list):
        return _from_runs(counts, height, width)
    if isinstance(counts, str | bytes):
        return counts.encode() if isinstance(counts, str) else counts
    raise ValueError(f'counts must be a list or text, got {type(counts).__name__}')


def broken(masks: Sequence[bytes], height: int, width: int) -> dict[int, str]:
    """Position and fault of every compressed mask whose runs do not fill the image.

    To be asked before any other use: pycocotools reads beyond the end of broken counts.
    """
    if _all_fill(masks, height * width):
        return {}
    faults = {index: _fault(counts, height, width) for index, counts in enumerate(masks)}
    return {index: fault for index, fault in faults.items() if fault is not None}


def _fault(counts: bytes, height: int, width: int) -> str | None:
    try:
        lengths = rle.run_lengths(counts)
    except ValueError as error:
        return str(error)
    if lengths.sum() != height * width:
        return f'run lengths must add up to {height} * {width} = {height * width}, got {lengths.sum()}'
    return 'RLE counts hold a negative run length' if lengths.min() < 0 else None


def _all_fill(masks: Sequence[bytes], pixels: int) -> bool:
    """`rle.run_lengths` for all masks in one pass, which is what makes checking cheap."""
    sizes = np.array([len(counts) for counts in masks], np.int64)
    if len(sizes) == 0:
        return True
    if sizes.min() == 0:
        return False
    symbols = np.frombuffer(b''.join(masks), np.uint8).astype(np.int64) - 48
    last_symbols = np.cumsum(sizes) - 1
    is_end = (symbols & 0x20) == 0
    if symbols.min() < 0 or symbols.max() > 63 or not is_end[last_symbols].all():
        return False
    ends = np.flatnonzero(is_end)
    starts = np.concatenate([[0], ends[:-1] + 1])
    values = np.add.reduceat((symbols & 0x1F) << (5 * (np.arange(len(symbols)) - np.repeat(starts, ends - starts + 1))),
                             starts)
    values -= np.where((symbols[ends] & 0x10) != 0, np.int64(1) << (5 * (ends - starts + 1)), 0)
    # Runs 3, 4, 5, ... of a mask are stored as differences to the run two places before.
    counts = np.diff(np.searchsorted(ends, last_symbols), prepend=-1)
    first = np.cumsum(counts) - counts
    position = np.arange(len(values)) - np.repeat(first, counts)
    mask = np.repeat(np.arange(len(masks)), counts)
    lengths = values.copy()
    for members in (position % 2 == 1, (position % 2 == 0) & (position > 0)):
        sums = np.cumsum(values[members])
        before = np.searchsorted(mask[members], np.arange(len(masks)))
        lengths[members] = sums - np.concatenate([[0], sums])[before][mask[members]]
    return bool(lengths.min() >= 0 and (np.add.reduceat(lengths, first) == pixels).all())


def _from_runs(lengths: list, height: int, width: int) -> bytes:
    if not all(isinstance(length, int) and length >= 0 for length in lengths):
        raise ValueError('run lengths must be whole numbers from 0')
    if sum(lengths) != height * width:
        raise ValueError(f'run lengths must add up to {height} * {width} = {height * width}, got {sum(lengths)}')
    return coco.frPyObjects({'size': [height, width], 'counts': lengths}, height, width)['counts']


def _from_polygons(polygons: list, height: int, width: int) -> bytes:
    for polygon in polygons:
        if (not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2
                or not np.all(np.isfinite(np.asarray(polygon, np.float64)))):
            raise ValueError('a polygon must be at least three points x, y, x, y, ..., '
                             f'got {str(polygon)[:60]}')
    return coco.merge(coco.frPyObjects(polygons, height, width))['counts']
