"""Where RoIAlign samples: the pixels that make a bin along each axis, and their weights.

RoIAlign (He et al., 2017) averages bilinear samples on a regular grid in each bin. Grid, interpolation and
border rule all are products of one axis by the other, so a bin is `sum_y sum_x wy[y] wx[x] image[y, x]`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Taps(NamedTuple):
    """The pixels that make each bin of R RoIs: T of them along each axis, the unused ones with weight 0.

    The leading dimension is the axis, x before y. P is the larger number of bins; of the other axis, the last
    ones mean nothing.
    """

    index: Tensor  # (2, R, P, T) int64, 0 to size - 1
    weight: Tensor  # (2, R, P, T)
    length: Tensor | None  # (2, R) int64: how many of the T an RoI uses; None: all

    def span(self) -> tuple[Tensor, Tensor]:
        """First and last pixel of each RoI along each axis, both (2, R)."""
        return self.index.amin((2, 3)), self.index.amax((2, 3))


def find_taps(rois: Tensor, num_bins: tuple[int, int], map_size: tuple[int, int], spatial_scale: float,
              sampling_ratio: int, aligned: bool) -> Taps:
    """Find the taps of RoIs. Every operation keeps the order of mmcv's kernel, so that rounding agrees.

    Args:
        rois: (R, 5): index of the image, then xyxy.
        num_bins: Bins along x and y.
        map_size: Pixels of the map along x and y.
        spatial_scale: Pixels of the map per unit of the RoIs.
        sampling_ratio: Samples per bin and axis; 0 takes as many as the bin has pixels, rounded up.
        aligned: Whether pixel centres are at 0.5, 1.5, ... of the map; else they are at 0, 1, ... and RoIs
            are widened to one pixel at least.
    """
    corners = rois[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
    start, end = corners.view(-1, 2, 2).permute(1, 2, 0)[..., None, None]
    extent = end - start if aligned else (end - start).clamp(min=1)
    bin_size = extent / start.new_tensor(num_bins).view(2, 1, 1, 1)
    if sampling_ratio > 0:
        count, most = torch.full_like(bin_size, sampling_ratio), sampling_ratio
    else:
        count = bin_size.float().ceil().to(bin_size.dtype)
        most = max(int(count.max()), 1)
    sample = torch.arange(most, dtype=start.dtype, device=start.device)
    used = sample < count
    count = count.clamp(min=1)
    bins = torch.arange(max(num_bins), dtype=start.dtype, device=start.device)[:, None]
    position = start + bins * bin_size + (sample + 0.5) * bin_size / count

    # the border rule: zero beyond one pixel outside, up to there the value at the border
    size = start.new_tensor(map_size).view(2, 1, 1, 1)
    share = ((position >= -1) & (position <= size)) * (used / count)
    position = position.clamp(min=0).minimum(size - 1)
    low = position.floor()
    far = (position - low) * share
    near = share - far
    last = (size - 1).long()
    if sampling_ratio > 0:
        low = low.long()
        return Taps(torch.cat([low, (low + 1).minimum(last)], 3), torch.cat([near, far], 3), None)

    # Samples at most one pixel apart share taps: joined, they are half as many.
    first = low[..., :1]
    shift = ((low - first) * used).long()
    length = shift.amax((2, 3)) + 2
    weight = position.new_zeros(*position.shape[:3], int(length.max()))
    weight.scatter_add_(3, shift, near).scatter_add_(3, shift + 1, far)
    index = first.long() + torch.arange(weight.shape[3], device=first.device)
    return Taps(index.minimum(last), weight, length)
