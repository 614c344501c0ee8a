"""Masks of many annotations at once; polygons in one call for all of them."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from pycocotools import mask as coco

from mmvist.io.polygons import FAULT, points_of
from mmvist.io.problems import shown
from mmvist.io.segmentation import parse_all


def compress_all(segmentations: Mapping[int, Any], height: int, width: int) -> tuple[dict[int, bytes], dict[int, str]]:
    """Masks of several keys, compressed and checked, and what is wrong with each key that has none.

    Args:
        segmentations: Run lengths or polygons, in any of COCO's spellings; see `mmvist.io.segmentation.parse`.
        height: Rows of the images.
        width: Columns of the images.
    """
    drawn = {key: value for key, value in segmentations.items() if isinstance(value, list)}
    masks, faults = parse_all({key: value for key, value in segmentations.items() if key not in drawn}, height, width)
    points = points_of(list(chain.from_iterable(drawn.values())))
    if points is None:
        for key, polygons in tuple(drawn.items()):
            if points_of(polygons) is None:
                faults[key] = f'polygons {FAULT}, got {shown(drawn.pop(key))}'
        points = points_of(list(chain.from_iterable(drawn.values())))
    outlines = coco.frPyObjects(points, height, width) if points else []
    first = 0
    for key, polygons in drawn.items():
        parts = outlines[first:first + len(polygons)]
        masks[key] = (parts[0] if len(parts) == 1 else coco.merge(parts))['counts']
        first += len(polygons)
    return masks, dict(sorted(faults.items()))
