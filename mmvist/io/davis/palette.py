"""The colours of DAVIS's numbers, taken from PASCAL VOC."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

VOID = 255


@cache
def palette() -> np.ndarray:
    """Colours (256, 3) uint8 RGB, read-only: three bits of a number at a time are the next lower bit of R, G and B."""
    numbers, colours = np.arange(256), np.zeros((256, 3), np.uint8)
    for bit in range(8):
        colours[:, bit % 3] |= ((numbers >> bit & 1) << (7 - bit // 3)).astype(np.uint8)
    colours.flags.writeable = False
    return colours


@cache
def numbers_of_colours() -> Mapping[int, int]:
    """The number of every colour R << 16 | G << 8 | B of the palette."""
    return MappingProxyType({red << 16 | green << 8 | blue: number
                             for number, (red, green, blue) in enumerate(palette().tolist())})
