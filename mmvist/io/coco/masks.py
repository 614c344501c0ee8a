"""Masks of many annotations at once; polygons in one call for all of them."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
from pycocotools import mask as coco

from mmvist.io.segmentation import parse_all

# Pixels; rasterising takes as long as an outline is, and none is far outside its image.
FARTHEST = 1e5


def compress_all(segmentations: Mapping[int, Any], height: int, width: int) -> tuple[dict[int, bytes], dict[int, str]]:
    """Masks of several keys, compressed and checked, and what is wrong with each key that has none.

    Args:
        segmentations: Run lengths or polygons, in any of COCO's spellings; see `mmvist.io.segmentation.parse`.
        height: Rows of the images.
        width: Columns of the images.
    """
    drawn = {key: value for key, value in segmentations.items() if isinstance(value, list)}
    masks, faults = parse_all({key: value for key, value in segmentations.items() if key not in drawn}, height, width)
    points = _points(list(chain.from_iterable(drawn.values())))
    if points is None:
        for key, polygons in tuple(drawn.items()):
            if _points(polygons) is None:
                faults[key] = ('polygons must be at least three points x, y, x, y, ... each, finite and within '
                               f'{FARTHEST:.0f} pixels, got {str(drawn.pop(key))[:60]}')
        points = _points(list(chain.from_iterable(drawn.values())))
    outlines = coco.frPyObjects(points, height, width) if points else []
    first = 0
    for key, polygons in drawn.items():
        parts = outlines[first:first + len(polygons)]
        masks[key] = (parts[0] if len(parts) == 1 else coco.merge(parts))['counts']
        first += len(polygons)
    return masks, dict(sorted(faults.items()))


def _points(polygons: list) -> list[np.ndarray] | None:
    """The polygons as arrays x, y, x, y, ..., or `None` when any of them cannot be drawn."""
    if not set(map(type, polygons)) <= {list}:
        return None
    sizes = np.fromiter(map(len, polygons), np.int64, len(polygons))
    if len(sizes) and (sizes.min() < 6 or (sizes % 2).any()):
        return None
    if not set(map(type, chain.from_iterable(polygons))) <= {int, float}:
        return None
    try:
        flat = np.fromiter(chain.from_iterable(polygons), np.float64, int(sizes.sum()))
    except OverflowError:
        return None
    if not (np.abs(flat) <= FARTHEST).all():
        return None
    ends = np.cumsum(sizes).tolist()
    return [flat[first:last] for first, last in zip([0, *ends], ends, strict=False)]
