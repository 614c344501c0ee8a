"""Run-length encoded masks: COCO's compressed column-major code, kept as bare `bytes`.

All masks of a video share its size, so a mask is only its counts; the size travels once, with the video.
"""

from collections.abc import Sequence

import numpy as np
from pycocotools import mask as coco

EMPTY_LENGTHS = np.zeros(0, np.int64)


def encode(mask: np.ndarray) -> bytes:
    """Encode one mask (H, W), nonzero inside."""
    return coco.encode(np.asfortranarray(mask, dtype=np.uint8))['counts']


def decode(counts: bytes, height: int, width: int) -> np.ndarray:
    """Decode one mask to (H, W) bool."""
    return coco.decode({'size': [height, width], 'counts': counts}).astype(bool)


def decode_all(masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Decode masks to (N, H, W) bool."""
    if not masks:
        return np.zeros((0, height, width), bool)
    return np.ascontiguousarray(coco.decode(as_coco(masks, height, width)).transpose(2, 0, 1)).astype(bool)


def as_coco(masks: Sequence[bytes], height: int, width: int) -> list[dict]:
    """Dress counts as pycocotools' dictionaries."""
    return [{'size': [height, width], 'counts': counts} for counts in masks]


def area(masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Pixels inside each mask, (N,) int64."""
    # pycocotools 2.0.11 counts masks in a byte under numpy 2; in portions until it does not.
    portions = (as_coco(masks[first:first + 255], height, width) for first in range(0, len(masks), 255))
    return np.concatenate([np.zeros(0, np.int64), *(coco.area(portion).astype(np.int64) for portion in portions)])


def bboxes(masks: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Tight boxes (N, 4) float32, xyxy in pixels; zeros for an empty mask."""
    if not masks:
        return np.zeros((0, 4), np.float32)
    boxes = coco.toBbox(as_coco(masks, height, width)).reshape(-1, 4).astype(np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def iou(first: Sequence[bytes], second: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Overlap of every pair, (N, M) float64 in 0..1."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    return coco.iou(as_coco(first, height, width), as_coco(second, height, width), [False] * len(second))


def intersections(first: Sequence[bytes], second: Sequence[bytes], height: int, width: int) -> np.ndarray:
    """Pixels that the masks of every pair share, (N, M) int64."""
    overlaps = iou(first, second, height, width)
    areas = area(first, height, width)[:, None] + area(second, height, width)
    return np.rint(overlaps * areas / (1 + overlaps)).astype(np.int64)


def union(masks: Sequence[bytes], height: int, width: int) -> bytes:
    """Pixels of any of the masks."""
    if not masks:
        return from_run_lengths([height * width], height, width)
    return coco.merge(as_coco(masks, height, width))['counts']


def run_lengths(counts: bytes) -> np.ndarray:
    """Lengths of the alternating runs, outside first, (R,) int64.

    COCO's text holds five bits a character, least significant first, bit 5 set while a number goes on, and every
    length after the third as a difference to the one two places before.
    """
    if not counts:
        return EMPTY_LENGTHS
    symbols = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if symbols.min() < 0 or symbols.max() > 63:
        raise ValueError(f'RLE counts hold a character outside COCO\'s alphabet: {counts[:40]!r}')
    ends = np.flatnonzero((symbols & 0x20) == 0)
    if len(ends) == 0 or ends[-1] != len(symbols) - 1:
        raise ValueError(f'RLE counts end in the middle of a number: {counts[-40:]!r}')
    starts = np.concatenate([[0], ends[:-1] + 1])
    shifts = 5 * (np.arange(len(symbols)) - np.repeat(starts, ends - starts + 1))
    values = np.add.reduceat((symbols & 0x1F) << shifts, starts)
    negative = (symbols[ends] & 0x10) != 0
    values[negative] -= np.int64(1) << (5 * (ends - starts + 1)[negative])
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def from_run_lengths(lengths: Sequence[int], height: int, width: int) -> bytes:
    """Compress alternating run lengths, outside first, that add up to H * W."""
    lengths = np.asarray(lengths, np.int64)
    if lengths.sum() != height * width:
        raise ValueError(f'run lengths must add up to {height} * {width} = {height * width}, got {lengths.sum()}')
    return coco.frPyObjects({'size': [height, width], 'counts': lengths.tolist()}, height, width)['counts']


def encode_crop(crop: np.ndarray, top: int, left: int, height: int, width: int) -> bytes:
    """Encode a mask known inside one window only, at a cost of the window's size.

    Args:
        crop: (h, w) bool, wholly inside the frame.
        top: Row of the crop's first row in the frame.
        left: Column of the crop's first column in the frame.
        height: Rows of the frame.
        width: Columns of the frame.
    """
    rows, columns = crop.shape
    walled = np.zeros((columns, rows + 2), bool)
    walled[:, 1:-1] = crop.T
    # Flat, a column's last wall meets the next one's first: equal, so no edge lies between them.
    flat = walled.ravel()
    column, row = np.divmod(np.flatnonzero(flat[1:] != flat[:-1]), rows + 2)
    edges = (left + column) * height + top + row
    if len(edges) == 0:
        return from_run_lengths([height * width], height, width)
    # A run that leaves at the bottom and enters at the top of the next column is one run.
    joined = np.flatnonzero(edges[1:-1:2] == edges[2::2]) * 2 + 1
    edges = np.delete(edges, np.concatenate([joined, joined + 1]))
    lengths = np.diff(edges, prepend=0, append=height * width)
    if lengths[-1] == 0:
        lengths = lengths[:-1]
    return from_run_lengths(lengths, height, width)


def subtract(mask: bytes, other: bytes, height: int, width: int) -> bytes:
    """Pixels of `mask` that are not in `other`."""
    lengths = run_lengths(other)
    outside = lengths[1:] if len(lengths) > 1 and lengths[0] == 0 else np.concatenate([[0], lengths])
    pair = as_coco([mask, from_run_lengths(outside, height, width)], height, width)
    return coco.merge(pair, intersect=True)['counts']


def make_disjoint(masks: Sequence[bytes], scores: Sequence[float], height: int, width: int,
                  max_covered: float = 1.0) -> list[bytes]:
    """Give every pixel to the mask with the highest score; equal scores favour the earlier mask.

    Args:
        masks: N counts.
        scores: (N,).
        height: Rows of the frame.
        width: Columns of the frame.
        max_covered: Share of a mask, in 0..1, that may go to others; where more does, all of it is given up, and covers
            nothing in turn.
    """
    result = list(masks)
    shared = iou(masks, masks, height, width) > 0
    order = np.argsort(-np.asarray(scores, np.float64), kind='stable')
    kept = np.ones(len(masks), bool)
    for place, index in enumerate(order.tolist()):
        above = order[:place][shared[index, order[:place]] & kept[order[:place]]].tolist()
        if above:
            taken = union([masks[other] for other in above], height, width)
            result[index] = subtract(result[index], taken, height, width)
            whole, left = area([masks[index], result[index]], height, width).tolist()
            if whole - left > max_covered * whole:
                result[index], kept[index] = from_run_lengths([height * width], height, width), False
    return result
