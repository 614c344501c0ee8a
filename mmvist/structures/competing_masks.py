"""Masks that compete for pixels by what speaks for each of them."""

import numpy as np
from torch import Tensor

from mmvist.structures import rle
from mmvist.structures.map_masks import read_map
from mmvist.structures.masks import RLEMasks


def competing_masks(logits: Tensor, background: float, stride: float, scale: tuple[float, float], height: int,
                    width: int) -> RLEMasks:
    """Give every pixel of the original image to the highest of several maps, or to the background.

    Only the surroundings of what is above the background anywhere are read, since nothing between two cells is higher
    than both.

    Args:
        logits: (N, h, w) over the network input, read bilinearly.
        background: What a map must be above.
        stride: Pixels of the network input along a cell's side.
        scale: Network pixels per original pixel, (x, y).
        height: Rows of the original image.
        width: Columns of the original image.

    Returns:
        N masks without a common pixel; of equals the first has it.
    """
    maps = logits.detach().float().cpu().numpy()
    cell = stride / scale[0], stride / scale[1]
    windows = [tuple(_window(line, *side) for line, side in zip(
        ((one > background).any(0), (one > background).any(1)), zip(cell, (width, height), strict=True), strict=True))
        for one in maps]
    best, owner = np.full((width, height), background, np.float32), np.full((width, height), -1, np.int16)
    for number, (one, (columns, rows)) in enumerate(zip(maps, windows, strict=True)):
        place = slice(columns.start, columns.stop), slice(rows.start, rows.stop)
        values = read_map(one, columns, rows, cell)
        higher = values > best[place]
        best[place][higher], owner[place][higher] = values[higher], number
    return RLEMasks(tuple(rle.encode_crop((owner[columns.start:columns.stop, rows.start:rows.stop] == number).T,
                                          rows.start, columns.start, height, width)
                          for number, (columns, rows) in enumerate(windows)), height, width)


def _window(filled: np.ndarray, cell: float, pixels: int) -> range:
    """Pixels of an axis that read any of the cells that are filled."""
    cells = np.flatnonzero(filled)
    if len(cells) == 0:
        return range(0, 0)
    # A cell is read up to the centres of its neighbours; the outer ones to the border.
    first = 0 if cells[0] == 0 else max(int(np.floor((cells[0] - 0.5) * cell)), 0)
    last = pixels if cells[-1] == len(filled) - 1 else min(int(np.ceil((cells[-1] + 1.5) * cell)), pixels)
    return range(min(first, pixels), last)
