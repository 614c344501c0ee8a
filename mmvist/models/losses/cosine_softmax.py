"""Softmax over cosines: which of the known objects is this (Wojke and Bewley 2018, section 3)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def cosine_softmax(embeds: Tensor, centres: Tensor, scale: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of the probabilities that each embedding belongs to each object.

    Args:
        embeds: (R, E) embeddings of unit length, at least one.
        centres: (K, E) a direction for each object, of any length but zero.
        scale: Scalar above 0 that the cosines are multiplied by; the larger, the nearer the largest comes to one.
        targets: (R,) number of the object, 0 to K - 1.

    Returns:
        Scalar.
    """
    return F.cross_entropy(scale * (embeds @ F.normalize(centres).T), targets)


class CosineSoftmax(nn.Module):
    """`cosine_softmax` with learnt directions and a learnt scale.

    Args:
        num_objects: Objects that the training data tell apart.
        channels: Numbers of an embedding.
        scale: The scale to begin with. The paper leaves it free, and learns it as here.
    """

    def __init__(self, num_objects: int, channels: int, scale: float = 16.0) -> None:
        super().__init__()
        self.centres = nn.Parameter(F.normalize(torch.randn(num_objects, channels)))
        # The logarithm, so that the scale stays positive and moves in proportion to itself.
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))

    def forward(self, embeds: Tensor, targets: Tensor) -> Tensor:
        """See `cosine_softmax`."""
        return cosine_softmax(embeds, self.centres, self.log_scale.exp(), targets)
