"""Which pixels make each bin of RoIAlign, as rows of a table with all channels of a pixel side by side."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from mmvist.ops.sampling import Taps

LOOKUPS = 2**18  # pixels looked up at a time: bounds the memory, and keeps it in the cache


def covered_pixels(images: Tensor, taps: Taps, map_shape: torch.Size) -> tuple[tuple[Tensor, ...], Tensor]:
    """Find the pixels that any RoI covers; on large maps these are few.

    Args:
        images: (R,) image of each RoI.
        taps: What makes their bins.
        map_shape: N, C, H, W.

    Returns:
        Image, y and x of the pixels, each (K,), and their numbers 0 to K - 1 in an (N, H, W) map.
    """
    num, _, height, width = map_shape
    # +1 and -1 at the corners of each RoI sum up to how many RoIs lie over a pixel
    corners = images.new_zeros(num, height + 1, width + 1)
    (left, top), (right, bottom) = taps.span()
    for y, y_sign in ((top, 1), (bottom + 1, -1)):
        for x, x_sign in ((left, 1), (right + 1, -1)):
            corners.index_put_((images, y, x), corners.new_tensor(y_sign * x_sign), accumulate=True)
    covered = corners.cumsum(1).cumsum(2)[:, :height, :width] > 0
    return covered.nonzero(as_tuple=True), covered.flatten().cumsum(0).view_as(covered) - 1


def lookups(images: Tensor, taps: Taps, numbers: Tensor, num_rows: int, num_columns: int,
            ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """List the pixels of all bins, in portions of RoIs that use equally many.

    Args:
        images: (R,) image of each RoI.
        taps: What makes their bins.
        numbers: (N, H, W) numbers of the pixels.
        num_rows: Bins from top to bottom.
        num_columns: Bins from left to right.

    Yields:
        The portion's RoIs (K,), and for each of their bins, row by row, the numbers and the weights of its
        pixels, both (K * num_rows * num_columns, pixels).
    """
    _, height, width = numbers.shape
    for group, across, down in _groups(taps):
        x, wx = (part[0, :, None, :num_columns, None, :across] for part in taps[:2])
        y, wy = (part[1, :, :num_rows, None, :down, None] for part in taps[:2])
        for chosen in group.split(max(LOOKUPS // (num_rows * num_columns * across * down), 1)):
            line = images[chosen].view(-1, 1, 1, 1, 1) * height + y[chosen]
            pixels = numbers.take(line * width + x[chosen]).view(-1, across * down)
            yield chosen, pixels, (wy[chosen] * wx[chosen]).view(pixels.shape)


def _groups(taps: Taps) -> Iterator[tuple[Tensor, int, int]]:
    """RoIs (K,) that use equally many taps, with how many these are along x and y."""
    _, num_rois, _, most = taps.index.shape
    if taps.length is None:
        yield torch.arange(num_rois, device=taps.index.device), most, most
        return
    kinds, kind_of = torch.unique(taps.length[0] * (most + 1) + taps.length[1], return_inverse=True)
    for number, kind in enumerate(kinds.tolist()):
        yield (kind_of == number).nonzero()[:, 0], kind // (most + 1), kind % (most + 1)
