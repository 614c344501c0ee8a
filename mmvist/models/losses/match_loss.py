"""Cross-entropy over "which of the reference objects is this, or none" (MaskTrack R-CNN, Eq. 2)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.registry import MODELS


def match_cross_entropy(query: Tensor, reference: Tensor, query_ids: Tensor, reference_ids: Tensor) -> Tensor:
    """Mean cross-entropy of the match probabilities of one image.

    The logits of a query are its dot products with the reference embeddings, after a zero for "none of them". An id
    that the reference lacks is class 0.

    Args:
        query: (N, E) embeddings of the sampled positive regions.
        reference: (M, E) embeddings of the reference frame's objects.
        query_ids: (N,) track id of each query's object.
        reference_ids: (M,) track id of each reference object, unique.

    Returns:
        Scalar; zero, with a gradient, when there is no query.
    """
    if len(query) == 0:
        return query.sum() + 0 * reference.sum()
    logits = F.pad(query @ reference.T, (1, 0)).float()
    same = F.pad(query_ids[:, None] == reference_ids, (1, 0))
    # argmax finds the first True; where all are False it answers 0, which is the class "none".
    target = same.to(torch.uint8).argmax(dim=1)
    return F.cross_entropy(logits, target)


@MODELS.register_module()
class MatchLoss(nn.Module):
    """`match_cross_entropy` times a weight."""

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, query: Tensor, reference: Tensor, query_ids: Tensor, reference_ids: Tensor) -> Tensor:
        """See `match_cross_entropy`."""
        return self.loss_weight * match_cross_entropy(query, reference, query_ids, reference_ids)
