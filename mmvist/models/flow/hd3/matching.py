"""Comparing maps of two frames around every pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor


def local_correlation(reference: Tensor, target: Tensor, radius: int) -> Tensor:
    """How alike each pixel of one map and those around it in another one are.

    Args:
        reference: (N, C, h, w).
        target: (N, C, h, w); zero beyond its borders.
        radius: Largest offset.

    Returns:
        (N, (2 radius + 1) ** 2, h, w), row by row of offsets: the mean over channels of the product with what lies
        there.
    """
    height, side = target.shape[-2], 2 * radius + 1
    # (N, C, h + 2 radius, w, side): a view, in which the last axis runs over the offsets along a row.
    windows = F.pad(target, [radius] * 4).unfold(3, side, 1)
    rows = [(reference[..., None] * windows[:, :, row:row + height]).mean(1) for row in range(side)]
    return torch.stack(rows, dim=1).permute(0, 1, 4, 2, 3).flatten(1, 2)


def displaced(maps: Tensor, vectors: Tensor) -> Tensor:
    """What lies where vectors point to.

    Args:
        maps: (N, C, h, w).
        vectors: (N, 2, h, w) pixels, (x, y).

    Returns:
        (N, C, h, w), interpolated; zero where a vector points beyond the borders.
    """
    height, width = maps.shape[-2:]
    columns = torch.arange(width, device=maps.device) + vectors[:, 0]
    rows = torch.arange(height, device=maps.device)[:, None] + vectors[:, 1]
    inside = (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)
    # In -1..1, the centres of the outermost pixels.
    grid = torch.stack([2 * columns / max(width - 1, 1) - 1, 2 * rows / max(height - 1, 1) - 1], dim=-1)
    # Half precision would move points by parts of a pixel.
    sampled = F.grid_sample(maps.float(), grid.float(), padding_mode='border', align_corners=True)
    return (sampled * inside[:, None]).to(maps.dtype)
