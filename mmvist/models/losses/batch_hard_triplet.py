"""Batch-hard triplet loss over the regions of clips (Hermans et al. 2017; TrackR-CNN; MOTSNet, Eq. of section 4.2)."""

import torch
from torch import Tensor, nn

from mmvist.registry import MODELS

# Under the root of a squared distance, whose gradient is not defined at zero.
EPSILON = 1e-12


def batch_hard_triplet(embeds: Tensor, labels: Tensor, ids: Tensor, clips: Tensor, margin: float) -> Tensor:
    """Mean over regions of max(farthest positive - nearest negative + margin, 0), by Euclidean distance.

    Positives of a region are the regions of its object, itself included; negatives those of other objects of its class.
    Both are looked for in all frames of its clip and nowhere else, because ids tell nothing of another clip. A region
    without negatives does not count.

    Args:
        embeds: (R, E) embeddings of the positive regions of all clips.
        labels: (R,) class of each region's object.
        ids: (R,) its id, unique within a clip.
        clips: (R,) number of the clip.
        margin: How much farther the negative should be.

    Returns:
        Scalar; zero, with a gradient, where no region has a negative.
    """
    comparable = (labels[:, None] == labels) & (clips[:, None] == clips)
    same = ids[:, None] == ids
    counted = (comparable & ~same).any(dim=1)
    if not counted.any():
        return 0 * embeds.sum()
    comparable, same = comparable[counted], same[counted]
    # Without the expanded square, which loses half of the digits where embeddings are close.
    distances = torch.cdist(embeds[counted], embeds, compute_mode='donot_use_mm_for_euclid_dist')
    distances = (distances ** 2 + EPSILON).sqrt()
    farthest = distances.masked_fill(~(comparable & same), -torch.inf).amax(dim=1)
    nearest = distances.masked_fill(~(comparable & ~same), torch.inf).amin(dim=1)
    return (farthest - nearest + margin).clamp(min=0).mean()


@MODELS.register_module()
class BatchHardTriplet(nn.Module):
    """`batch_hard_triplet` times a weight.

    Args:
        margin: How much farther than the farthest positive the nearest negative should be.
        loss_weight: The weight.
    """

    def __init__(self, margin: float = 0.2, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.margin, self.loss_weight = margin, loss_weight

    def forward(self, embeds: Tensor, labels: Tensor, ids: Tensor, clips: Tensor) -> Tensor:
        """See `batch_hard_triplet`."""
        return self.loss_weight * batch_hard_triplet(embeds, labels, ids, clips, self.margin)
