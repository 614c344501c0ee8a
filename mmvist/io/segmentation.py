"""One mask as it stands in a JSON file."""

from typing import Any

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import rle


def parse(segmentation: Any, height: int, width: int) -> bytes:
    """Bring a mask of any of COCO's spellings to compressed counts.

    Args:
        segmentation: `{'size': [height, width], 'counts': ...}` with counts as a list of run lengths (uncompressed) or
            as text (compressed), or a list of polygons, each a list x, y, x, y, ... in pixels.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ValueError: The mask is none of these, has another size, or its runs do not add up to it.
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
        return checked(counts.encode() if isinstance(counts, str) else counts, height, width)
    raise ValueError(f'counts must be a list or text, got {type(counts).__name__}')


def checked(counts: bytes, height: int, width: int) -> bytes:
    """Compressed counts, unchanged, when their runs fill the image; pycocotools reads beyond broken ones."""
    lengths = rle.run_lengths(counts)
    if len(lengths) and lengths.min() < 0:
        raise ValueError('counts hold a negative run length')
    if lengths.sum() != height * width:
        raise ValueError(f'run lengths must add up to {height} * {width} = {height * width}, got {lengths.sum()}')
    return counts


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
