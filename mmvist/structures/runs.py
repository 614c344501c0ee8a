"""Masks as intervals of pixels, many in one array: read from and written to COCO's text, compared without decoding.

Pixels are counted down the columns, as in COCO's code. Everything here works on all masks at once; a mask for itself is
the business of `rle`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Characters that are worked on at a time, so that the arrays stay in the processor's cache.
PORTION = 1 << 16
MAX_DIGITS = 12  # a 64-bit number has no more
# What a character is worth, as one byte, where it ends a number: bit 4 is the sign. And the characters that end none.
LAST_GROUPS = bytes((((character - 48) & 31 ^ 16) - 16) & 255 for character in range(256))
GOES_ON = bytes(range(48 + 32, 48 + 64))


@dataclass(frozen=True, eq=False)
class Runs:
    """The filled runs of N masks, mask after mask, within each by rising pixel.

    Attributes:
        starts: (R,) int64, first pixel of each run.
        ends: (R,) int64, the pixel after its last one.
        counts: (N,) int64, number of runs of each mask.
    """

    starts: np.ndarray
    ends: np.ndarray
    counts: np.ndarray

    @cached_property
    def owners(self) -> np.ndarray:
        """(R,) int64, the mask each run belongs to."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def areas(self) -> np.ndarray:
        """(N,) int64, pixels of each mask."""
        before = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        last = np.cumsum(self.counts)
        return before[last] - before[last - self.counts]

    def of_masks(self, wanted: np.ndarray) -> 'Runs':
        """Keep the runs of some masks, given as (N,) bool; the others are empty then."""
        if wanted.all():
            return self
        keep = wanted[self.owners]
        return Runs(self.starts[keep], self.ends[keep], self.counts * wanted)


@dataclass(frozen=True, eq=False)
class SortedRuns:
    """Runs by rising start, whichever of N masks they belong to.

    Attributes:
        starts: (R,) int64.
        ends: (R,) int64; risen as well where the masks are disjoint, else of no order.
        owners: (R,) int64, the mask of each run.
        disjoint: Whether no two masks share a pixel.
    """

    starts: np.ndarray
    ends: np.ndarray
    owners: np.ndarray
    disjoint: bool

    @classmethod
    def of(cls, runs: Runs) -> 'SortedRuns':
        """Sort the runs of masks that lie in one frame, or in frames laid behind each other."""
        # One number for start and run: sorting it is several times faster than sorting an index.
        bits = len(runs.starts).bit_length()
        keys = np.sort((runs.starts << bits) | np.arange(len(runs.starts)))
        order = keys & ((1 << bits) - 1)
        starts, ends = keys >> bits, runs.ends[order]
        return cls(starts, ends, runs.owners[order], bool((starts[1:] >= ends[:-1]).all()))

    def of_masks(self, wanted: np.ndarray) -> 'SortedRuns':
        """Keep the runs of some masks, given as (N,) bool; masks keep their numbers."""
        if wanted.all():
            return self
        keep = wanted[self.owners]
        starts, ends = self.starts[keep], self.ends[keep]
        return SortedRuns(starts, ends, self.owners[keep], self.disjoint or bool((starts[1:] >= ends[:-1]).all()))

    def union(self) -> 'SortedRuns':
        """The pixels of any mask, as one mask."""
        reach = np.maximum.accumulate(self.ends)
        opens = np.concatenate([[True], self.starts[1:] > reach[:-1]]) if len(reach) else np.zeros(0, bool)
        closes = np.concatenate([opens[1:], [True]]) if len(reach) else opens
        return SortedRuns(self.starts[opens], reach[closes], np.zeros(np.count_nonzero(opens), np.int64), True)


def portions(masks: Sequence[bytes], size: int = PORTION) -> list[slice]:
    """Cut a list of masks where about `size` characters are full."""
    lengths = np.fromiter(map(len, masks), np.int64, len(masks))
    cuts = np.flatnonzero(np.diff(np.cumsum(lengths) // size)) + 1
    edges = [0, *cuts.tolist(), len(masks)] if len(masks) else [0]
    return [slice(first, last) for first, last in zip(edges[:-1], edges[1:], strict=True)]


def decode(masks: Sequence[bytes], num_pixels: int, offsets: np.ndarray | None = None) -> Runs | None:
    """Read COCO's compressed text.

    Args:
        masks: N masks, a portion of a longer list at best; see `portions`.
        num_pixels: Pixels of the image, which the runs of each mask must fill.
        offsets: (N,) int64, what to add to the pixels of each mask, to lay frames behind each other.

    Returns:
        The runs; `None` when any of the masks is broken.
    """
    if not len(masks):
        return Runs(*np.zeros((3, 0), np.int64))
    written = _numbers(masks)
    return None if written is None else _filled(*written, num_pixels, offsets)


def _numbers(masks: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray] | None:
    """The numbers of all masks as they are written, (V,) int64, and how many each mask has, (N,).

    A number is written in groups of five bits, lowest first, one a character; bit 5 is set while it goes on, and bit 4
    of the last group is its sign.
    """
    sizes = np.fromiter(map(len, masks), np.int64, len(masks))
    text = b''.join(masks)
    bits = np.frombuffer(text, np.uint8) - np.uint8(48)
    goes_on = bits > 31
    last = np.cumsum(sizes)
    if sizes.min() == 0 or bits.max() > 63 or goes_on[last - 1].any():
        return None
    values = np.frombuffer(text.translate(LAST_GROUPS, GOES_ON), np.int8).astype(np.int64)
    # Most numbers are one character; what follows looks at the others alone.
    going_on = np.flatnonzero(goes_on)
    ranks = np.flatnonzero(np.diff(going_on, append=-1) != 1)
    places = going_on[ranks]
    digits = np.diff(ranks, prepend=-1)
    if digits.max(initial=0) >= MAX_DIGITS:
        return None
    numbers = places - ranks
    for digit in range(int(digits.max(initial=0))):
        values[numbers] = (values[numbers] << 5) + (bits[places - digit] & 31)
        longer = digits > digit + 1
        numbers, places, digits = numbers[longer], places[longer], digits[longer]
    return values, sizes - np.diff(np.searchsorted(going_on, last), prepend=0)


def _filled(values: np.ndarray, counts: np.ndarray, num_pixels: int, offsets: np.ndarray | None) -> Runs | None:
    """Filled runs from written numbers; `None` unless the runs of every mask fill the image.

    Number 0 of a mask stands for itself, numbers 1 and 2 begin two chains, and each later one adds to the one two
    places before. So the running sums of all even and of all odd places hold the chains, once what they had come to
    before is taken off.
    """
    if values.max() > num_pixels or values.min() < -num_pixels:
        return None
    lasts = np.cumsum(counts)
    firsts = lasts - counts
    # What 32 bits cannot hold of the running sums goes away again with what is taken off.
    values = values.astype(np.int32 if num_pixels < 1 << 30 else np.int64)
    outside = values[firsts]
    lengths = np.empty(len(values) + 1, values.dtype)
    lengths[-1] = 0  # what stands before the first place, too
    for parity in (0, 1):
        np.cumsum(values[parity::2], dtype=values.dtype, out=lengths[parity:-1:2])
    before = [lengths[np.where(firsts % 2 == parity, firsts, firsts - 1)] for parity in (0, 1)]
    for parity in (0, 1):
        places = (lasts + 1 - parity) // 2 - (firsts + 1 - parity) // 2
        lengths[parity:-1:2] -= np.repeat(before[parity], places)
    lengths = lengths[:-1]
    lengths[firsts] = outside
    if lengths.min() < 0 or lengths.max() > num_pixels:
        return None
    begins = np.zeros(len(counts), np.int64) if offsets is None else offsets
    edges = np.cumsum(lengths, dtype=np.int64)
    edges += np.repeat(begins - num_pixels * np.arange(len(counts)), counts)
    if (edges[lasts - 1] != begins + num_pixels).any():
        return None
    # Every second run, from the mask's second on, is filled.
    num_filled = counts // 2
    filled_before = np.cumsum(num_filled) - num_filled
    ends = 2 * np.arange(num_filled.sum()) + np.repeat(firsts + 1 - 2 * filled_before, num_filled)
    runs = Runs(edges[ends - 1], edges[ends], num_filled)
    return runs if (runs.ends > runs.starts).all() else _without_empty(runs)


def _without_empty(runs: Runs) -> Runs:
    keep = runs.ends > runs.starts
    before = np.concatenate([[0], np.cumsum(keep)])
    lasts = np.cumsum(runs.counts)
    return Runs(runs.starts[keep], runs.ends[keep], before[lasts] - before[lasts - runs.counts])


def encode(runs: Runs, num_pixels: int) -> list[bytes]:
    """Write COCO's compressed text, as pycocotools does; the runs of a mask must not touch."""
    return encode_lengths(*_lengths(runs, num_pixels))


def encode_lengths(lengths: np.ndarray, counts: np.ndarray) -> list[bytes]:
    """Write COCO's compressed text from its uncompressed code.

    Args:
        lengths: (L,) int64, the lengths of the alternating runs, outside first, mask after mask.
        counts: (N,) int64, how many of them each mask has.
    """
    lasts = np.cumsum(counts)
    firsts = lasts - counts
    values = lengths.copy()
    values[2:] -= lengths[:-2]
    for place in range(3):
        starts = firsts[counts > place] + place
        values[starts] = lengths[starts]
    # Most numbers are one character; the others are stretched, and their groups written over the copies.
    large = np.flatnonzero((values > 15) | (values < -16))
    rest = values[large]
    more = np.zeros(len(large), np.int64)
    limit = 16
    while (longer := (rest >= limit) | (rest < -limit)).any():
        more += longer
        limit <<= 5
    digits = np.ones(len(values), np.int64)
    digits[large] += more
    text = np.repeat(((values & 31) + 48).astype(np.uint8), digits)
    added = np.cumsum(more)
    places = large + added - more
    text[places] += 32
    while len(rest):
        rest, places, more = rest >> 5, places + 1, more - 1
        text[places] = 48 + (rest & 31) + np.where(more > 0, 32, 0)
        longer = more > 0
        rest, places, more = rest[longer], places[longer], more[longer]
    data = text.tobytes()
    cuts = [0, *(lasts + np.concatenate([[0], added])[np.searchsorted(large, lasts)]).tolist()]
    return [data[begin:end] for begin, end in zip(cuts[:-1], cuts[1:], strict=True)]


def _lengths(runs: Runs, num_pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of the alternating runs of each mask, outside first, and how many each mask has."""
    num_masks = len(runs.counts)
    last = np.cumsum(runs.counts)
    first = last - runs.counts
    # Every mask gets one more pair, for what lies behind its last run.
    place = np.arange(len(runs.starts)) + runs.owners
    edges = np.empty((len(runs.starts) + num_masks, 2), np.int64)
    edges[place, 0], edges[place, 1] = runs.starts, runs.ends
    tail = last + np.arange(num_masks)
    edges[tail] = num_pixels
    lengths = np.diff(edges.ravel(), prepend=0)
    lengths[2 * (first + np.arange(num_masks))] = edges[first + np.arange(num_masks), 0]
    keep = np.ones(len(lengths), bool)
    keep[2 * tail + 1] = False
    # No tail behind a mask that reaches the last pixel.
    full = (lengths[2 * tail] == 0) & (runs.counts > 0)
    keep[2 * tail[full]] = False
    return lengths[keep], 2 * runs.counts + 1 - full
