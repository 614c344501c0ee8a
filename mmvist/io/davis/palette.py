"""PNG files whose pixels are numbers with a colour: DAVIS's, which took the colours of PASCAL VOC."""

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from mmvist.io.atomic import open_atomic

VOID = 255


@cache
def palette() -> np.ndarray:
    """Colours (256, 3) uint8 RGB, read-only: three bits of a number at a time are the next lower bit of R, G and B."""
    numbers, colours = np.arange(256), np.zeros((256, 3), np.uint8)
    for bit in range(8):
        colours[:, bit % 3] |= ((numbers >> bit & 1) << (7 - bit // 3)).astype(np.uint8)
    colours.flags.writeable = False
    return colours


def read_values(file: Path) -> tuple[np.ndarray, bool]:
    """Numbers (H, W) uint8 of a file, and whether it has colours.

    Grey images of 8 bits are their own numbers; colours without numbers are looked up in the palette.

    Raises:
        ValueError: The file is no PNG, is cut short, or has other channels or other colours.
    """
    data = file.read_bytes()
    try:
        with Image.open(io.BytesIO(data), formats=['PNG']) as image:
            mode, values = image.mode, np.asarray(image)
    # What Pillow raises depends on where a file is broken; DecompressionBombError has no other base.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise ValueError(f'not a PNG image, or cut short ({len(data)} bytes)') from None
    if mode == 'RGB':
        return _looked_up(values), True
    if mode not in ('P', 'L'):
        raise ValueError(f'must be a palette, grey (8 bits) or RGB image, got Pillow\'s mode {mode}')
    return values, mode == 'P'


def _codes(colours: np.ndarray) -> np.ndarray:
    """A number for every colour, (..., 3) uint8 to (...) int32."""
    return colours.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)


def _looked_up(colours: np.ndarray) -> np.ndarray:
    known, codes = _codes(palette()), _codes(colours)
    order = np.argsort(known)
    found = order[np.searchsorted(known, codes, sorter=order).clip(max=len(known) - 1)]
    strangers = np.argwhere(known[found] != codes)
    if len(strangers):
        row, column = strangers[0].tolist()
        raise ValueError(f'colour {tuple(colours[row, column].tolist())} in row {row}, column {column} is none of '
                         'the DAVIS palette')
    return found.astype(np.uint8)


def write_values(values: np.ndarray, file: Path) -> None:
    """Write numbers (H, W) uint8 with their colours."""
    image = Image.fromarray(values)
    image.putpalette(palette().tobytes())
    with open_atomic(file, 'wb') as target:
        image.save(target, 'PNG')
