"""Where RoIAlign samples: along each axis, the pixels that make a bin and their weights.

RoIAlign (He et al., 2017) averages bilinear samples on a regular grid in each bin. Grid, interpolation and border rule
all are products of one axis by the other, so a bin is `sum_y sum_x wy[y] wx[x] image[y, x]`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Taps(NamedTuple):
    """The pixels that make each bin of each RoI along one axis; `T` of them, the unused ones with weight 0."""

    index: Tensor  # (R, P, T) int64, 0 to size - 1
    weight: Tensor  # (R, P, T)
    length: Tensor | None  # (R,) int64: how many of the T an RoI uses; None: all


def axis_taps(start: Tensor, end: Tensor, num_bins: int, size: int, sampling_ratio: int, aligned: bool) -> Taps:
    """Find the taps of one axis. Every operation keeps the order of mmcv's kernel, so that rounding agrees.

    Args:
        start: (R,) where RoIs begin, in pixels of the map; pixel centres are whole numbers.
        end: (R,) where they end.
        num_bins: Bins, P.
        size: Pixels along the axis.
        sampling_ratio: Samples per bin; 0 takes as many as the bin has pixels, rounded up.
        aligned: False widens RoIs to one pixel at least.
    """
    extent = end - start if aligned else (end - start).clamp(min=1)
    bin_size = (extent / num_bins)[:, None, None]
    if sampling_ratio > 0:
        count, most = torch.full_like(bin_size, sampling_ratio), sampling_ratio
    else:
        count = bin_size.float().ceil().to(bin_size.dtype).clamp(min=0)
        most = max(int(count.max()), 1)
    sample = torch.arange(most, dtype=start.dtype, device=start.device)
    bins = torch.arange(num_bins, dtype=start.dtype, device=start.device)[:, None]
    position = start[:, None, None] + bins * bin_size + (sample + 0.5) * bin_size / count.clamp(min=1)

    used = (sample < count).expand_as(position)
    # the border rule: zero beyond one pixel outside, the border's value up to there
    share = (used & (position >= -1) & (position <= size)) / count.clamp(min=1)
    position = position.clamp(0, size - 1)
    low = position.long()
    to_high = position - low
    near, far = (1 - to_high) * share, to_high * share
    if sampling_ratio > 0:
        index, weight = torch.cat([low, low + 1], 2), torch.cat([near, far], 2)
        return Taps(index.clamp_(max=size - 1), weight, None)

    # Samples at most one pixel apart share taps: join them to half as many.
    first = low[..., :1]
    shift = torch.where(used, low - first, 0)
    length = shift.amax((1, 2)) + 2
    weight = position.new_zeros(*position.shape[:2], int(length.max()))
    weight.scatter_add_(2, shift, near).scatter_add_(2, shift + 1, far)
    index = first + torch.arange(weight.shape[2], device=first.device)
    return Taps(index.clamp_(max=size - 1), weight, length)
