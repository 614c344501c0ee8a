"""Match densities: how likely each of the offsets around a pixel is (Yin et al., CVPR 2019)."""

import math

import torch
from torch import Tensor


def density_of(vectors: Tensor, radius: int) -> Tensor:
    """The density that stands for known vectors: each is shared out among the four whole offsets around it.

    Args:
        vectors: (N, 2, h, w) pixels, (x, y); what is longer than `radius` in either is cut off there.
        radius: Largest offset.

    Returns:
        (N, (2 radius + 1) ** 2, h, w), row by row of offsets; sums to 1 over them.
    """
    offsets = torch.arange(-radius, radius + 1, device=vectors.device, dtype=vectors.dtype)
    x, y = vectors.clamp(-radius, radius).unbind(1)
    columns, rows = ((1 - (value[:, None] - offsets[:, None, None]).abs()).clamp(min=0) for value in (x, y))
    return (rows[:, :, None] * columns[:, None]).flatten(1, 2)


def vector_of(logits: Tensor) -> Tensor:
    """The vector that a density stands for: its mean over the best 2 x 2 neighbouring offsets.

    Args:
        logits: (N, (2 radius + 1) ** 2, h, w), row by row of offsets, before the softmax.

    Returns:
        (N, 2, h, w) pixels, (x, y).
    """
    side = math.isqrt(logits.shape[1])
    density = logits.softmax(1).unflatten(1, (side, side))
    # Top left, top right, bottom left and bottom right of every window.
    corners = torch.stack([density[:, top:side - 1 + top, left:side - 1 + left].flatten(1, 2)
                           for top in (0, 1) for left in (0, 1)])
    best = corners.sum(0).argmax(1, keepdim=True)
    top_left, top_right, bottom_left, bottom_right = (corner.gather(1, best)[:, 0] for corner in corners)
    total = top_left + top_right + bottom_left + bottom_right
    row, column = best[:, 0] // (side - 1), best[:, 0] % (side - 1)
    return torch.stack([column - side // 2 + (top_right + bottom_right) / total,
                        row - side // 2 + (bottom_left + bottom_right) / total], dim=1)
