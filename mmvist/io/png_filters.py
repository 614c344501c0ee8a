"""PNG's row filters undone where something changes, without ever making the images.

Of a label image nearly all filtered bytes are 0. What is left are *steps*: a place, and what it adds to every pixel from
there to the end of the row (https://www.w3.org/TR/png-3/#9Filters). Bytes count modulo 256, each channel for itself.

Images of one size are worked on together, as one tall image with a blank row under each of them. So a first row needs no
rule of its own, and every column ends with 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NONE, SUB, UP, AVERAGE, PAETH = range(5)
LANES = 4  # channels that a step has room for, each a byte of one number


@dataclass(frozen=True)
class Filtered:
    """What is not 0 in an image's filtered rows.

    Attributes:
        filters: (H,) uint8, filter of each row; none is `AVERAGE`.
        at: (K,) int64, rising: which eight bytes of the rows, filter bytes counted.
        words: (K,) uint64, these bytes.
    """

    filters: np.ndarray
    at: np.ndarray
    words: np.ndarray

    @classmethod
    def of(cls, data: bytearray, height: int, num_channels: int) -> 'Filtered':
        """Look at the inflated rows of an image, one byte a channel."""
        rows = np.frombuffer(data, np.uint8).reshape(height, -1)
        filters = rows[:, 0].copy()
        if not filters.any():
            # Unfiltered rows are full of numbers: what Sub would have left is not.
            rows = rows.copy()
            rows[:, 1 + num_channels:] -= np.frombuffer(data, np.uint8).reshape(height, -1)[:, 1:-num_channels]
            filters[:] = SUB
        words = np.frombuffer(rows, np.uint64, rows.size // 8)
        at = np.flatnonzero(words != 0)
        words = words[at]
        rest = rows.reshape(-1)[rows.size // 8 * 8:]
        if rest.any():
            at = np.append(at, rows.size // 8)
            words = np.append(words, np.frombuffer(rest.tobytes().ljust(8, b'\0'), np.uint64))
        return cls(filters, at, words)


@dataclass(frozen=True)
class _Steps:
    """Changes along the rows.

    Attributes:
        rows: (N,) int64, of the tall image.
        columns: (N,) int64, 0..W; those at W change nothing.
        changes: (N, LANES) uint8, what is added from there on.
    """

    rows: np.ndarray
    columns: np.ndarray
    changes: np.ndarray

    def __getitem__(self, which: np.ndarray) -> '_Steps':
        return _Steps(self.rows[which], self.columns[which], self.changes[which])

    @classmethod
    def join(cls, parts: Sequence['_Steps']) -> '_Steps':
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    def moved(self, rows: np.ndarray, sign: int = 1) -> '_Steps':
        return _Steps(rows, self.columns, self.changes if sign > 0 else -self.changes)

    def sorted(self, width: int) -> tuple[np.ndarray, '_Steps']:
        """By row and column, and the places that were sorted by."""
        # Place and changes in one number: sorting it is several times faster than sorting an index.
        places = (self.rows * (width + 1) + self.columns).astype(np.uint64) << np.uint64(32)
        packed = np.sort(places | self.changes.view(np.uint32)[:, 0])
        places = (packed >> np.uint64(32)).astype(np.int64)
        rows = places // (width + 1)
        return places, _Steps(rows, places - rows * (width + 1), _lanes(packed))


def boundaries(images: Sequence[Filtered], width: int, num_channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the values of images change, from column to column.

    Args:
        images: Of one size; all their pixels together are less than 2 ** 30.
        width: Columns.
        num_channels: 1..4, a byte each.

    Returns:
        Pixels (B,) int64, counted down the columns and through the images, never falling; and values (B,) int64 from
        there to the next one, the first channel the highest byte. Of several at one pixel the last one holds.
    """
    height = len(images[0].filters)
    filters = np.zeros((len(images), height + 1), np.uint8)
    filters[:, :height] = [image.filters for image in images]
    filters = filters.ravel()
    steps = _linear(_residuals(images, width, num_channels), filters, width)
    places, steps = steps.sorted(width)
    starts = np.flatnonzero(np.diff(steps.rows, prepend=-1))
    down = _running(steps.changes, starts)
    # From a step to the next one of its row each pixel differs as much from the one above it.
    ends = np.append(steps.columns[1:], width)
    ends[starts[1:] - 1] = width
    lengths = ends - steps.columns
    filled = np.flatnonzero(down.view(np.uint32)[:, 0] != 0)
    filled = filled[lengths[filled] > 0]
    lengths = lengths[filled]
    image, row = np.divmod(steps.rows[filled], height + 1)
    first = (image * width + steps.columns[filled]) * height + row
    before = np.cumsum(lengths) - lengths
    pixels = np.repeat(first - before * height, lengths) + np.arange(lengths.sum()) * height
    packed = np.sort(pixels.astype(np.uint64) << np.uint64(32) | np.repeat(down.view(np.uint32)[filled, 0], lengths))
    values = _running(_lanes(packed), np.zeros(min(1, len(packed)), np.int64))
    powers = 256 ** np.arange(num_channels - 1, -1, -1)
    return (packed >> np.uint64(32)).astype(np.int64), values[:, :num_channels] @ powers


def _lanes(packed: np.ndarray) -> np.ndarray:
    """The lower halves of (N,) numbers, as (N, LANES) uint8."""
    return packed.astype(np.uint32).view(np.uint8).reshape(-1, LANES)


def _running(changes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Running sums of (N, LANES) bytes, from anew at each of some starts, the first of which is 0."""
    sums = np.empty_like(changes)
    for lane in range(LANES):
        np.cumsum(changes[:, lane], dtype=np.uint8, out=sums[:, lane])
    before = sums[starts] - changes[starts]
    return sums - np.repeat(before, np.diff(starts, append=len(changes)), axis=0)


def _residuals(images: Sequence[Filtered], width: int, num_channels: int) -> _Steps:
    """The filtered bytes that are not 0, as they are, by row and column."""
    stride = 1 + width * num_channels
    size = (len(images[0].filters) + 1) * stride
    at = np.concatenate([8 * image.at + number * size for number, image in enumerate(images)])
    values = np.concatenate([image.words for image in images]).view(np.uint8)
    found = np.flatnonzero(values != 0)
    rows, places = np.divmod(at[found >> 3] + (found & 7), stride)
    kept = places > 0  # not the filter
    rows, values = rows[kept], values[found[kept]]
    columns, channels = np.divmod(places[kept] - 1, num_channels)
    firsts = np.flatnonzero((np.diff(rows, prepend=-1) != 0) | (np.diff(columns, prepend=-1) != 0))
    changes = np.zeros((len(firsts), LANES), np.uint8)
    changes[np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(rows))), channels] = values
    return _Steps(rows[firsts], columns[firsts], changes)


def _linear(residuals: _Steps, filters: np.ndarray, width: int) -> _Steps:
    """Steps of every row's difference to the row above it.

    Rows from one that starts a *chain*, being told without the one above, to the next such row, add up.
    """
    kinds = filters[residuals.rows]
    is_start = filters <= SUB
    is_start[residuals.rows[kinds == PAETH]] = True  # Paeth without residuals repeats the row above
    chains = np.cumsum(is_start)
    starts = np.append(0, np.flatnonzero(is_start))
    pixels = residuals[(kinds == NONE) | (kinds == UP)]
    steps = [residuals[kinds != PAETH], _Steps(pixels.rows, pixels.columns + 1, -pixels.changes)]
    steps += _unpaeth(residuals[kinds == PAETH], _Steps.join(steps), chains, starts, filters, width)
    steps = _Steps.join(steps)
    followers = chains[steps.rows] + 1
    return _Steps.join([steps, steps.moved(starts[followers], -1)])


def _unpaeth(residuals: _Steps, steps: _Steps, chains: np.ndarray, starts: np.ndarray, filters: np.ndarray, width: int
             ) -> list[_Steps]:
    """Steps of the rows with Paeth's filter, told without the row above.

    Such a row can be told once the chain before it is. So in each round one row is, of every sequence of such rows.

    Args:
        residuals: Of these rows.
        steps: Of all other rows.
        chains: (rows,) int64, chain of each row.
        starts: (chains,) int64, first row of each chain.
        filters: (rows,) uint8.
        width: Columns.
    """
    if len(residuals.rows) == 0:
        return []
    numbers = np.arange(len(starts))
    rounds = numbers - np.maximum.accumulate(np.where(filters[starts] == PAETH, 0, numbers))
    rounds = np.append(rounds, 0)
    of_residual, of_step = rounds[chains[residuals.rows]], rounds[chains[steps.rows] + 1]
    result = [steps[:0]]
    for number in range(1, rounds.max() + 1):
        above = _Steps.join([steps[of_step == number], result[-1][rounds[chains[result[-1].rows] + 1] == number]])
        above = above.moved(starts[chains[above.rows] + 1])
        result.append(_paeth_rows(residuals[of_residual == number], above, width))
    return result


def _paeth_rows(residuals: _Steps, above: _Steps, width: int) -> _Steps:
    """Steps of rows from their residuals and the steps of the rows above them."""
    both = _Steps.join([residuals, above])
    places = both.rows * (width + 1) + both.columns
    unique, inverse = np.unique(places, return_inverse=True)
    rows = unique // (width + 1)
    added = np.zeros((2, len(unique), LANES), np.uint8)
    added[0, inverse[:len(residuals.rows)]] = residuals.changes
    np.add.at(added[1], inverse[len(residuals.rows):], above.changes)
    residual, change = added
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    up = _running(change, starts)
    lanes = [_paeth_lane(residual[:, lane], change[:, lane], up[:, lane], starts) for lane in range(LANES)]
    changes = np.stack(lanes, axis=1)
    kept = changes.any(axis=1)
    return _Steps(rows[kept], (unique - rows * (width + 1))[kept], changes[kept])


def _paeth_lane(residual: np.ndarray, change: np.ndarray, up: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Steps (N,) uint8 of one channel, at places that hold all residuals and all steps of the row above.

    With a, b, c the pixels to the left, above, and left of that: where the row above has no step, b = c and the
    prediction is a, so that the difference to the row above goes on. Where it has one, the prediction is b if a = c,
    or a = b, which is nearly always so; the difference starts anew. What else it is there is found by doing it again
    until nothing changes: each time, at least one more place of a row is right for good.
    """
    is_edge = change != 0
    is_edge[starts] = True
    indices = np.maximum.accumulate(np.where(is_edge, np.arange(len(change)), 0))
    upper_left = up - change
    extra = np.zeros_like(change)
    while True:
        differences = residual + extra
        sums = np.cumsum(differences, dtype=np.uint8)
        down = sums - (sums - differences)[indices]
        left_down = np.append(np.uint8(0), down[:-1])
        left_down[starts] = 0
        predicted = np.where(is_edge, _paeth(upper_left + left_down, up, upper_left) - up, np.uint8(0))
        if (predicted == extra).all():
            return change + down - left_down
        extra = predicted


def _paeth(left: np.ndarray, up: np.ndarray, upper_left: np.ndarray) -> np.ndarray:
    """Paeth's prediction (N,) uint8: whichever is nearest to left + up - upper_left, in this order."""
    a, b, c = (values.astype(np.int16) for values in (left, up, upper_left))
    to_left, to_up, to_upper_left = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    nearest = np.where(to_up <= to_upper_left, up, upper_left)
    return np.where((to_left <= to_up) & (to_left <= to_upper_left), left, nearest)
