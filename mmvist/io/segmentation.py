"""Masks as they stand in annotation files."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from mmvist.io.polygons import FAULT, points_of
from mmvist.io.problems import shown
from mmvist.io.sequences import MAX_PIXELS
from mmvist.structures import rle
from mmvist.structures.runs import decode, encode_lengths, portions


def parse(segmentation: Any, height: int, width: int) -> bytes:
    """Bring a mask of any of COCO's spellings to compressed counts; text is taken as it is, see `broken`.

    Args:
        segmentation: `{'size': [height, width], 'counts': ...}` with counts as a list of run lengths (uncompressed) or
            as text (compressed), or a list of polygons, each a list x, y, x, y, ... in pixels.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ValueError: The mask is none of these, has another size, or its run lengths do not add up to it; or the image
            has no pixel or too many.
    """
    if not 0 < height * width <= MAX_PIXELS:
        raise ValueError(f'an image with masks must have 1 to {MAX_PIXELS} pixels, got {height} x {width} (height, '
                         'width)')
    if isinstance(segmentation, list):
        return _from_polygons(segmentation, height, width)
    if not isinstance(segmentation, dict) or 'counts' not in segmentation or 'size' not in segmentation:
        raise ValueError(f'a mask must be {{size, counts}} or a list of polygons, got {shown(segmentation)}')
    size, counts = segmentation['size'], segmentation['counts']
    if not isinstance(size, list | tuple) or list(size) != [height, width]:
        raise ValueError(f'mask size must be [height, width] = [{height}, {width}], got {shown(size)}')
    if isinstance(counts, list):
        return _from_runs(counts, height, width)
    if isinstance(counts, str | bytes):
        return counts.encode() if isinstance(counts, str) else counts
    raise ValueError(f'counts must be a list or text, got {type(counts).__name__}')


def parse_all(segmentations: Mapping[int, Any], height: int, width: int, trusted: bool = False
              ) -> tuple[dict[int, bytes], dict[int, str]]:
    """Masks of several keys, compressed and checked, and what is wrong with each key that has none; see `parse`.

    Args:
        segmentations: The masks.
        height: Rows of the image.
        width: Columns of the image.
        trusted: Take compressed text as it is; the caller asks `broken`.
    """
    masks, faults, texts = _quickly(segmentations, [height, width])
    if masks is None:
        masks, texts = {}, []
        for key, segmentation in segmentations.items():
            try:
                masks[key] = parse(segmentation, height, width)
            except (ValueError, TypeError) as error:
                faults[key] = str(error)
            else:
                if isinstance(segmentation, dict) and not isinstance(segmentation['counts'], list):
                    texts.append(key)
    if not trusted:
        bad = broken([masks[key] for key in texts], height, width)
        for index, fault in bad.items():
            faults[texts[index]] = fault
            del masks[texts[index]]
    return masks, dict(sorted(faults.items()))


def _quickly(segmentations: Mapping[int, Any], size: list[int]) -> tuple[dict[int, bytes] | None, dict, list[int]]:
    """Masks that are all compressed or all uncompressed, and of the right size, as they nearly always are.

    Returns:
        Masks, `None` where they are of several kinds; faults; keys of compressed masks.
    """
    try:
        counts = [segmentation['counts'] for segmentation in segmentations.values()]
        right = all(segmentation['size'] == size for segmentation in segmentations.values())
    except (TypeError, KeyError, IndexError):
        return None, {}, []
    kinds = set(map(type, counts))
    if not right or len(kinds) > 1 or not 0 < size[0] * size[1] <= MAX_PIXELS:
        return None, {}, []
    keys = list(segmentations)
    if kinds == {str}:
        return dict(zip(keys, map(str.encode, counts), strict=True)), {}, keys
    if kinds == {list}:
        masks, faults = _from_all_runs(counts, *size)
        return ({key: mask for index, (key, mask) in enumerate(zip(keys, masks, strict=True)) if index not in faults},
                {keys[index]: fault for index, fault in faults.items()}, [])
    return (None if kinds else {}), {}, []


def broken(masks: Sequence[bytes], height: int, width: int) -> dict[int, str]:
    """Position and fault of every compressed mask whose runs do not fill the image.

    To be asked before any other use: pycocotools reads beyond the end of broken counts.
    """
    faults = {}
    for part in portions(masks):
        if decode(masks[part], height * width) is None:
            found = {index: _fault(masks[index], height, width) for index in range(part.start, part.stop)}
            faults |= {index: fault for index, fault in found.items() if fault is not None}
    return faults


def _fault(counts: bytes, height: int, width: int) -> str | None:
    if decode([counts], height * width) is not None:
        return None
    try:
        lengths = rle.run_lengths(counts)
    except ValueError as error:
        return str(error)
    if lengths.sum() != height * width:
        return f'run lengths must add up to {height} * {width} = {height * width}, got {lengths.sum()}'
    return ('RLE counts hold a negative run length' if lengths.min() < 0 else
            'RLE counts hold a number of too many characters')


def _from_runs(lengths: list, height: int, width: int) -> bytes:
    (mask,), faults = _from_all_runs([lengths], height, width)
    if faults:
        raise ValueError(faults[0])
    return mask


def _from_all_runs(masks: Sequence[list], height: int, width: int) -> tuple[list[bytes], dict[int, str]]:
    """Compress lists of alternating run lengths, outside first; position and fault of each that cannot be."""
    flat, faults = _whole_numbers(masks), {}
    if flat is None or flat.max(initial=0) > height * width or flat.min(initial=0) < 0:
        faults = {index: 'run lengths must be whole numbers from 0, and no longer than the image'
                  for index, lengths in enumerate(masks)
                  if not all(type(length) is int and 0 <= length <= height * width for length in lengths)}
        flat = _whole_numbers([[] if index in faults else lengths for index, lengths in enumerate(masks)])
    counts = np.array([0 if index in faults else len(lengths) for index, lengths in enumerate(masks)], np.int64)
    ends = np.cumsum(counts)
    sums = np.diff(np.concatenate([[0], np.cumsum(flat)])[np.concatenate([[0], ends])])
    for index in np.flatnonzero(sums != height * width).tolist():
        faults.setdefault(index, f'run lengths must add up to {height} * {width} = {height * width}, got {sums[index]}')
    keep = np.repeat(np.array([index not in faults for index in range(len(masks))], bool), counts)
    return encode_lengths(flat[keep], np.where([index in faults for index in range(len(masks))], 0, counts)), faults


def _whole_numbers(masks: Sequence[list]) -> np.ndarray | None:
    """All numbers of some lists, one list behind the other; `None` when any of them is not whole."""
    flat = list(itertools.chain.from_iterable(masks))
    try:
        numbers = np.array(flat) if flat else np.zeros(0, np.int64)
    except ValueError:  # lists within lists
        return None
    return numbers if numbers.dtype == np.int64 and numbers.ndim == 1 else None


def _from_polygons(polygons: list, height: int, width: int) -> bytes:
    points = points_of(polygons)
    if not points:
        raise ValueError(f'a polygon {FAULT}, got {shown(polygons)}')
    return coco.merge(coco.frPyObjects(points, height, width))['counts']
