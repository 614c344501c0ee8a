"""How far match densities are from true matches (Yin et al., CVPR 2019, section 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def match_density(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Divergence of a density from a target density, KL(target || softmax(logits)).

    Args:
        logits: (N, K, h, w).
        target: (N, K, h, w) at least 0, sums to 1 over K.
        known: (N, 1, h, w) bool, where there is a target.

    Returns:
        Scalar: the sum over offsets, 0 where nothing is known, mean over all pixels and images, as in HD3's code.
    """
    # Of a target of 0 nothing is left, whatever the logarithm.
    terms = torch.xlogy(target, target) - target * logits.log_softmax(1)
    return (terms.sum(1, keepdim=True) * known).mean()


def shrunk_flow(flow: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Flow at a lower resolution, from what is known of it.

    Args:
        flow: (N, 3, H, W): right, down, and 1 where that is known, else all are 0; sides are multiples of the factor.
        factor: Pixels across that become one.

    Returns:
        The means of what is known, (N, 2, H / factor, W / factor), pixels of the full resolution; and (N, 1, ...) bool,
        where anything is.
    """
    means = F.avg_pool2d(flow, factor)
    known = means[:, 2:] > 0
    return means[:, :2] / means[:, 2:].clamp(min=1e-9), known
