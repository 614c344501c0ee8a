"""Averages of a region's features: over its box, or under its mask."""

import torch
from torch import Tensor


def mask_pooling(features: Tensor, coverage: Tensor) -> Tensor:
    """Mean of each region's features, weighted by how much of a cell its mask covers (MOTSNet, Porzi et al. 2020, 4.1).

    A region without a covered cell gets the mean over its box.

    Args:
        features: (R, C, h, w) features of the regions.
        coverage: (R, h, w) shares in 0..1.

    Returns:
        (R, C); only features under the mask get a gradient.
    """
    weights = coverage.flatten(1)
    total = weights.sum(dim=1, keepdim=True)
    weights = torch.where(total > 0, weights / total.clamp(min=1e-6), 1 / weights.shape[1])
    return torch.bmm(features.flatten(2), weights[..., None].to(features.dtype))[..., 0]


def box_pooling(features: Tensor) -> Tensor:
    """Mean (R, C) of each region's features (R, C, h, w) over its box."""
    return features.mean(dim=(2, 3))
