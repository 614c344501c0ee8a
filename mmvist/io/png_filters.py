"""PNG's row filters undone where something changes, without ever making the images.

Of a label image nearly all filtered bytes are 0. What is left are *steps*: a place, and what it adds to every pixel
from there to the end of the row (https://www.w3.org/TR/png-3/#9Filters). Bytes count modulo 256, each channel for
itself.

Images of one size are worked on together, as one tall image with a blank row under each of them. So a first row needs
no rule of its own, and every column ends with 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NONE, SUB, UP, AVERAGE, PAETH = range(5)


@dataclass(frozen=True)
class Filtered:
    """What is not 0 in an image's filtered rows.

    Attributes:
        filters: (H,) uint8, filter of each row; none is `AVERAGE`.
        at: (K,) int64, rising: which eight bytes of the rows, filter bytes counted.
        words: (K,) uint64, these bytes, with 0 for filters.
    """

    filters: np.ndarray
    at: np.ndarray
    words: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, num_channels: int) -> 'Filtered':
        """Look at inflated rows, one byte a channel.

        Args:
            rows: (H, 1 + W * num_channels) uint8, given away: a copy would take as long as all the rest.
            num_channels: Bytes of a pixel.
        """
        filters = rows[:, 0].copy()
        rows[:, 0] = 0
        if not filters.tobytes().strip(b'\0'):
            # Unfiltered rows are full of numbers. What Sub would have left is not.
            differences = rows.copy()
            differences[:, 1 + num_channels:] -= rows[:, 1:-num_channels]
            rows, filters = differences, np.full_like(filters, SUB)
        flat = rows.reshape(-1)
        num_words = len(flat) // 8
        words = np.frombuffer(flat, np.uint64, num_words)
        at = np.flatnonzero(words != 0)
        words = words[at]
        rest = flat[8 * num_words:].tobytes()
        if any(rest):
            at = np.append(at, num_words)
            words = np.append(words, np.frombuffer(rest.ljust(8, b'\0'), np.uint64))
        return cls(filters, at, words)


@dataclass(frozen=True)
class _Steps:
    """Changes along the rows.

    Attributes:
        places: (N,) int32, row of the tall image * (W + 1) + column; those in column W change nothing.
        changes: (N,) what is added from there on; 1, 2 or 4 bytes, one a channel, in the order of the file.
    """

    places: np.ndarray
    changes: np.ndarray

    def __getitem__(self, which: np.ndarray) -> '_Steps':
        return _Steps(self.places[which], self.changes[which])

    @classmethod
    def join(cls, parts: Sequence['_Steps']) -> '_Steps':
        return cls(np.concatenate([part.places for part in parts]), np.concatenate([part.changes for part in parts]))

    def negative(self, offset: np.ndarray | int) -> '_Steps':
        """Steps elsewhere that take these ones back."""
        return _Steps(self.places + offset, _bytewise(np.negative, self.changes))

    def sorted(self) -> '_Steps':
        """By place."""
        # Place and change in one number: sorting it is several times faster than sorting an index.
        packed = np.sort(self.places.astype(np.uint64) << np.uint64(32) | self.changes)
        return _Steps((packed >> np.uint64(32)).astype(self.places.dtype), packed.astype(self.changes.dtype))


def boundaries(images: Sequence[Filtered], width: int, num_channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the values of images change, from column to column.

    Args:
        images: Of one size; all their bytes together, with a row and a column more, are less than 2 ** 31.
        width: Columns.
        num_channels: 1..4, a byte each.

    Returns:
        Pixels (B,) int64, counted down the columns and through the images, never falling; and values (B,) int64 from
        there to the next one, the first channel the highest byte. Of several at one pixel the last one holds.
    """
    height = len(images[0].filters)
    filters = np.zeros((len(images), height + 1), np.uint8)
    filters[:, :height] = [image.filters for image in images]
    steps = _linear(_residuals(images, width, num_channels), filters.ravel(), width).sorted()
    rows = steps.places // (width + 1)
    starts = _firsts(rows)
    down = _running(steps.changes, starts)
    # From a step to the next one of its row, each pixel differs as much from the one above it.
    ends = np.append(steps.places[1:], 0)
    ends[np.append(starts, len(rows))[1:] - 1] = rows[starts] * (width + 1) + width
    lengths = ends - steps.places
    filled = np.flatnonzero((down != 0) & (lengths > 0))
    lengths, rows = lengths[filled], rows[filled]
    columns = steps.places[filled] - rows * (width + 1)
    numbers = rows // (height + 1)
    first = (numbers.astype(np.int64) * width + columns) * height + rows - numbers * (height + 1)
    before = np.cumsum(lengths) - lengths
    pixels = np.repeat(first - before * height, lengths) + np.arange(lengths.sum()) * height
    across = _Steps(pixels, np.repeat(down[filled], lengths)).sorted()
    values = _running(across.changes, _firsts(across.places)[:1])
    values = values.view(values.dtype.newbyteorder('>')).astype(np.int64)
    return across.places, values >> 8 * (across.changes.itemsize - num_channels)


def _firsts(values: np.ndarray) -> np.ndarray:
    """Indices at which a value differs from the one before, the first among them."""
    differs = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return np.flatnonzero(differs)


def _bytewise(operation: np.ufunc, *words: np.ndarray) -> np.ndarray:
    """Do something to (N,) words' bytes."""
    return operation(*(word.view(np.uint8) for word in words)).view(words[0].dtype)


def _running(changes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Running sums of (N,) words, byte by byte, from anew at each of some starts, the first of which is 0."""
    parts = changes.view(np.uint8).reshape(-1, changes.itemsize)
    sums = np.empty_like(parts)
    for part, total in zip(parts.T, sums.T, strict=True):
        np.cumsum(part, dtype=np.uint8, out=total)
    sums = sums.view(changes.dtype)[:, 0]
    before = _bytewise(np.subtract, sums[starts], changes[starts])
    return _bytewise(np.subtract, sums, np.repeat(before, np.diff(starts, append=len(changes))))


def _residuals(images: Sequence[Filtered], width: int, num_channels: int) -> _Steps:
    """The filtered bytes that are not 0, as they are, by place."""
    stride = 1 + width * num_channels
    size = (len(images[0].filters) + 1) * stride
    offsets = np.repeat(np.arange(len(images), dtype=np.int32) * size, [len(image.at) for image in images])
    # 32 bits are enough, and every pass over them takes half the time.
    at = offsets + 8 * np.concatenate([image.at for image in images], dtype=np.int32, casting='same_kind')
    values = np.concatenate([image.words for image in images]).view(np.uint8)
    found = np.flatnonzero(values != 0)
    bytes_at = at[found >> 3] + (found & 7).astype(np.int32)
    rows = bytes_at // stride
    channels = bytes_at - rows * stride - 1
    columns = channels // num_channels
    channels -= columns * num_channels
    places = rows * (width + 1) + columns
    # The bytes of a pixel, one behind the other, in one word.
    firsts = _firsts(places)
    size = num_channels + (num_channels == 3)
    changes = np.zeros(len(firsts) * size, np.uint8)
    pixel = np.zeros(len(places), np.int32)
    pixel[firsts[1:]] = size
    changes[np.cumsum(pixel, dtype=np.int32) + channels] = values[found]
    return _Steps(places[firsts], changes.view(f'u{size}'))


def _linear(residuals: _Steps, filters: np.ndarray, width: int) -> _Steps:
    """Steps of every row's difference to the row above it.

    A row that is told without the one above starts a *chain*, and the rows from there to the next such row add up.
    """
    rows = residuals.places // (width + 1)
    kinds = filters[rows]
    is_start = filters <= SUB
    is_start[rows[kinds == PAETH]] = True  # Paeth's filter without residuals repeats the row above
    chains = np.cumsum(is_start, dtype=np.int32)
    starts = np.append(0, np.flatnonzero(is_start)).astype(np.int32)
    linear = residuals[kinds != PAETH]
    steps = _Steps.join([linear, residuals[(kinds == NONE) | (kinds == UP)].negative(1)])
    rows = steps.places // (width + 1)
    to_next = starts[chains[rows] + 1] - rows
    parts = [steps, steps.negative(to_next * (width + 1))]
    if len(linear.places) < len(residuals.places):
        parts += _unpaeth(residuals[kinds == PAETH], steps, chains, starts, filters, width)
    return _Steps.join(parts)


def _unpaeth(residuals: _Steps, steps: _Steps, chains: np.ndarray, starts: np.ndarray, filters: np.ndarray, width: int
             ) -> list[_Steps]:
    """Steps of the rows with Paeth's filter, told without the row above, and what takes them back at the next chains.

    Such a row can be told once the chain before it is. So in each round one row is, of every sequence of such rows.

    Args:
        residuals: Of these rows.
        steps: Of all other rows.
        chains: (rows,) int64, chain of each row.
        starts: (chains,) int64, first row of each chain.
        filters: (rows,) uint8.
        width: Columns.
    """
    numbers = np.arange(len(starts))
    is_paeth = filters[starts] == PAETH
    is_paeth[0] = False  # rows before the first chain
    rounds = np.append(numbers - np.maximum.accumulate(np.where(is_paeth, 0, numbers)), 0)
    chain = chains[residuals.places // (width + 1)]
    by_round = _by_number(residuals, rounds[chain])
    rows = steps.places // (width + 1)
    following = chains[rows] + 1
    moved = _Steps(steps.places + (starts[following] - rows) * (width + 1), steps.changes)
    above_by_round = _by_number(moved, rounds[following])
    result, last = [], None
    for number in range(1, len(by_round)):
        above = above_by_round[number] if number < len(above_by_round) else moved[:0]
        if last is not None:
            above = _Steps.join([above, last])
        told = _paeth_rows(by_round[number], above, width)
        rows = told.places // (width + 1)
        following = chains[rows] + 1
        offsets = (starts[following] - rows) * (width + 1)
        result += [told, told.negative(offsets)]
        last = _Steps(told.places + offsets, told.changes)[rounds[following] == number + 1]
    return result


def _by_number(steps: _Steps, numbers: np.ndarray) -> list[_Steps]:
    """Steps parted by (N,) numbers from 0."""
    order = np.argsort(numbers, kind='stable')
    cuts = np.cumsum(np.bincount(numbers))[:-1]
    return [steps[part] for part in np.split(order, cuts)]


def _paeth_rows(residuals: _Steps, above: _Steps, width: int) -> _Steps:
    """Steps of rows, told without the ones above, from their residuals and the steps of the rows above them."""
    places = np.concatenate([residuals.places, above.places])
    order = np.argsort(places)
    places = places[order]
    firsts = _firsts(places)
    num_channels = residuals.changes.itemsize
    changes = np.zeros((2, len(order)), residuals.changes.dtype)
    changes[0, :len(residuals.places)] = residuals.changes
    changes[1, len(residuals.places):] = above.changes
    # Channels know nothing of each other: they are so many rows more.
    lanes = changes.take(order, axis=1).view(np.uint8).reshape(2, -1, num_channels).transpose(0, 2, 1).ravel()
    sums = np.add.reduceat(lanes, (firsts + len(order) * np.arange(2 * num_channels)[:, None]).ravel(), dtype=np.uint8)
    residual, change = sums.reshape(2, -1)
    places = places[firsts]
    starts = _firsts(places // (width + 1))
    starts = (starts + len(places) * np.arange(num_channels)[:, None]).ravel()
    steps = np.ascontiguousarray(_paeth(residual, change, starts).reshape(num_channels, -1).T)
    steps = steps.view(residuals.changes.dtype)[:, 0]
    kept = steps != 0
    return _Steps(places[kept], steps[kept])


def _paeth(residual: np.ndarray, change: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Steps (N,) uint8 of rows of one channel, at places that hold all residuals and all steps of the rows above.

    With a, b, c the pixels to the left, above, and left of that: where the row above has no step, b = c and the
    prediction is a, so that the difference to the row above goes on. Where it has one, the prediction is b if a = c
    or a = b, which is nearly always so: the difference starts anew. What else it is there is found by doing it again
    until nothing changes; each time, at least one more place of a row is right for good.
    """
    up = _running(change, starts)
    upper_left = up - change
    is_edge = change != 0
    is_edge[starts] = True
    edges = np.flatnonzero(is_edge)
    indices = np.repeat(edges, np.diff(edges, append=len(change)))
    extra = np.zeros_like(change)
    while True:
        differences = residual + extra
        sums = np.cumsum(differences, dtype=np.uint8)
        down = sums - (sums - differences)[indices]
        left_down = np.empty_like(down)
        left_down[1:] = down[:-1]
        left_down[starts] = 0
        predicted = np.zeros_like(extra)
        predicted[edges] = _predicted((upper_left + left_down)[edges], up[edges], upper_left[edges]) - up[edges]
        if (predicted == extra).all():
            return change + down - left_down
        extra = predicted


def _predicted(left: np.ndarray, up: np.ndarray, upper_left: np.ndarray) -> np.ndarray:
    """Whichever (N,) uint8 is nearest to left + up - upper_left, in this order."""
    a, b, c = (values.astype(np.int16) for values in (left, up, upper_left))
    to_left, to_up, to_upper_left = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    nearest = np.where(to_up <= to_upper_left, up, upper_left)
    return np.where((to_left <= to_up) & (to_left <= to_upper_left), left, nearest)
