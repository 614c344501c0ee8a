"""Masks as they stand in annotation files."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import rle
from mmvist.structures.runs import Runs, decode, encode, portions


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


def parse_all(segmentations: Mapping[int, Any], height: int, width: int, trusted: bool = False
              ) -> tuple[dict[int, bytes], dict[int, str]]:
    """Masks of several keys, compressed and checked, and what is wrong with each key that has none; see `parse`.

    Args:
        segmentations: The masks.
        height: Rows of the image.
        width: Columns of the image.
        trusted: Take compressed text as it is; the caller asks `broken`.
    """
    size = [height, width]
    masks: dict[int, bytes] = {}
    faults: dict[int, str] = {}
    texts, lists = [], []
    for key, segmentation in segmentations.items():
        counts = segmentation.get('counts') if isinstance(segmentation, dict) else None
        if isinstance(counts, str) and segmentation.get('size') == size:
            masks[key] = counts.encode()
            texts.append(key)
        elif isinstance(counts, list) and segmentation.get('size') == size:
            masks[key] = b''
            lists.append(key)
        else:
            try:
                masks[key] = parse(segmentation, height, width)
            except (ValueError, TypeError) as error:
                faults[key] = str(error)
            else:
                texts += [key] if counts is not None else []
    compressed, bad = _from_all_runs([segmentations[key]['counts'] for key in lists], height, width)
    masks.update(zip(lists, compressed, strict=True))
    bad = {lists[index]: fault for index, fault in bad.items()}
    if not trusted:
        bad |= {texts[index]: fault for index, fault in broken([masks[key] for key in texts], height, width).items()}
    for key in bad:
        del masks[key]
    return masks, dict(sorted((faults | bad).items()))


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
    try:
        lengths = rle.run_lengths(counts)
    except ValueError as error:
        return str(error)
    if lengths.sum() != height * width:
        return f'run lengths must add up to {height} * {width} = {height * width}, got {lengths.sum()}'
    return 'RLE counts hold a negative run length' if lengths.min() < 0 else None


def _from_runs(lengths: list, height: int, width: int) -> bytes:
    (mask,), faults = _from_all_runs([lengths], height, width)
    if faults:
        raise ValueError(faults[0])
    return mask


def _from_all_runs(masks: Sequence[list], height: int, width: int) -> tuple[list[bytes], dict[int, str]]:
    """Compress lists of alternating run lengths, outside first; position and fault of each that cannot be."""
    if not masks:
        return [], {}
    faults = {}
    for index, lengths in enumerate(masks):
        if not set(map(type, lengths)) <= {int} or min(lengths, default=0) < 0:
            faults[index] = 'run lengths must be whole numbers from 0'
        elif sum(lengths) != height * width:
            faults[index] = f'run lengths must add up to {height} * {width} = {height * width}, got {sum(lengths)}'
    usable = [[] if index in faults else lengths for index, lengths in enumerate(masks)]
    counts = np.array([len(lengths) for lengths in usable], np.int64)
    # Every mask of an odd number of runs gets an empty one, so that filled runs are every second.
    odd = counts & 1
    lengths = np.zeros((counts + odd).sum(), np.int64)
    lengths[np.arange(counts.sum()) + np.repeat(np.cumsum(odd) - odd, counts)] = np.fromiter(
        itertools.chain.from_iterable(usable), np.int64, counts.sum())
    halves = (counts + odd) // 2
    last = np.cumsum(halves)
    edges = np.cumsum(lengths).reshape(-1, 2) - height * width * np.repeat(np.cumsum(halves > 0) - 1, halves)[:, None]
    filled = edges[:, 1] > edges[:, 0]
    before = np.concatenate([[0], np.cumsum(filled)])
    return encode(Runs(*edges[filled].T, before[last] - before[last - halves]), height * width), faults


def _from_polygons(polygons: list, height: int, width: int) -> bytes:
    for polygon in polygons:
        if (not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2
                or not np.all(np.isfinite(np.asarray(polygon, np.float64)))):
            raise ValueError('a polygon must be at least three points x, y, x, y, ..., '
                             f'got {str(polygon)[:60]}')
    return coco.merge(coco.frPyObjects(polygons, height, width))['counts']
