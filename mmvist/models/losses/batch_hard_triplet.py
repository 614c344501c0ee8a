"""Batch-hard triplet loss over the regions of clips (Hermans et al. 2017; TrackR-CNN; MOTSNet, section 4.2)."""

from typing import NamedTuple

import torch
from mmengine.dist import get_dist_info
from torch import Tensor, nn

from mmvist.models.losses.gather import gather_rows
from mmvist.registry import MODELS

# Under the root of a squared distance, whose gradient is not defined at zero.
EPSILON = 1e-12


class Embedded(NamedTuple):
    """Regions and what they are regions of.

    Attributes:
        embeds: (R, E) embeddings.
        labels: (R,) class of each region's object.
        ids: (R,) its id, unique within a clip.
        origins: (R, 2) number of its clip, and of its video.
    """

    embeds: Tensor
    labels: Tensor
    ids: Tensor
    origins: Tensor


def batch_hard_triplet(regions: Embedded, others: Embedded, margin: float, across_clips: bool = False) -> Tensor:
    """Mean over regions of max(farthest positive - nearest negative + margin, 0), by Euclidean distance.

    Positives of a region are the regions of its object, itself included; negatives those of other objects of its class.
    Ids tell nothing of another clip, so both are looked for in the region's own clip. Objects of another video are
    others for sure, and may be taken for negatives too; those of another clip of the same video never are. A region
    without negatives does not count.

    Args:
        regions: R regions that the mean is over.
        others: S regions, `regions` among them, that positives and negatives are looked for in.
        margin: How much farther the negative should be.
        across_clips: Take regions of other videos for negatives.

    Returns:
        Scalar; zero, with a gradient, where no region has a negative.
    """
    if len(regions.embeds) == 0:
        # Other processes wait for this one on the way back, too.
        return regions.embeds.sum() + 0 * others.embeds.sum()
    (clip, video), (other_clip, other_video) = regions.origins.T[..., None], others.origins.T
    same_clip = clip == other_clip
    same_object = regions.ids[:, None] == others.ids
    same_class = regions.labels[:, None] == others.labels
    positive = same_class & same_clip & same_object
    negative = same_class & same_clip & ~same_object
    if across_clips:
        negative |= same_class & (video != other_video)
    # Without the expanded square, which loses half of the digits where embeddings are close.
    distances = torch.cdist(regions.embeds, others.embeds, compute_mode='donot_use_mm_for_euclid_dist')
    distances = (distances ** 2 + EPSILON).sqrt()
    farthest = distances.masked_fill(~positive, -torch.inf).amax(dim=1)
    nearest = distances.masked_fill(~negative, torch.inf).amin(dim=1)
    # Where there is no negative the nearest is infinitely far, which leaves zero.
    counted = negative.any(dim=1).sum().clamp(min=1)
    return (farthest - nearest + margin).clamp(min=0).sum() / counted


@MODELS.register_module()
class BatchHardTriplet(nn.Module):
    """`batch_hard_triplet` times a weight.

    Args:
        margin: How much farther than the farthest positive the nearest negative should be.
        loss_weight: The weight.
        across_clips: Take regions of other videos for negatives, those of all processes.
    """

    def __init__(self, margin: float = 0.2, loss_weight: float = 1.0, across_clips: bool = False) -> None:
        super().__init__()
        self.margin, self.loss_weight, self.across_clips = margin, loss_weight, across_clips

    def forward(self, embeds: Tensor, labels: Tensor, ids: Tensor, origins: Tensor) -> Tensor:
        """See `batch_hard_triplet`; the arguments are those of `Embedded`."""
        # Every process numbers its own clips from 0.
        origins = origins + origins.new_tensor([get_dist_info()[0] << 32, 0])
        regions = others = Embedded(embeds, labels, ids, origins)
        if self.across_clips:
            others = Embedded(*map(gather_rows, regions))
        return self.loss_weight * batch_hard_triplet(regions, others, self.margin, self.across_clips)
