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
    height, width = target.shape[-2:]
    padded, offsets = F.pad(target, [radius] * 4), range(2 * radius + 1)
    return torch.stack([(reference * padded[..., row:row + height, column:column + width]).mean(1)
                        for row in offsets for column in offsets], dim=1)


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
