"""Outlines of masks, checked before they are drawn: drawing takes time and memory for every pixel along them."""

from itertools import chain

import numpy as np

# Pixels; no outline is so far outside its image.
FARTHEST = 1e5
# Pixels along an outline; twice what one needs to go around all that is not too far.
LONGEST = 2e6
FAULT = (f'must be at least three points x, y, x, y, ..., finite and within {FARTHEST:.0f} pixels, and no '
         f'longer than {LONGEST:.0f}')


def points_of(polygons: list) -> list[np.ndarray] | None:
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
    ends = np.cumsum(sizes)
    if not (np.abs(flat) <= FARTHEST).all() or (_perimeters(flat.reshape(-1, 2), ends // 2) > LONGEST).any():
        return None
    return [flat[first:last] for first, last in zip([0, *ends.tolist()], ends.tolist(), strict=False)]


def _perimeters(points: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Pixels along each of several polygons, given by points (P, 2) and by where each ends among them."""
    if not len(ends):
        return np.zeros(0)
    firsts = np.append(0, ends[:-1])
    following = np.roll(points, -1, axis=0)
    following[ends - 1] = points[firsts]
    return np.add.reduceat(np.abs(following - points).max(axis=1), firsts)
