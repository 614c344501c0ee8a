"""Cross-entropy of masks, in which object and background weigh the same."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.registry import MODELS


def balanced_bce(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy, each pixel weighed by the share of the other class (Xie and Tu 2015, Eq. 2).

    Args:
        logits: Any shape.
        targets: Likewise, bool.

    Returns:
        Scalar; zero, with a gradient, when there is one class only. The authors add up where this takes the mean.
    """
    if logits.numel() == 0:
        return logits.sum()
    inside = targets.float()
    share = inside.mean()
    weights = torch.where(targets, 1 - share, share)
    return F.binary_cross_entropy_with_logits(logits.float(), inside, weights)


@MODELS.register_module()
class BalancedBCE(nn.Module):
    """`balanced_bce` times a weight."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See `balanced_bce`."""
        return self.loss_weight * balanced_bce(logits, targets)
