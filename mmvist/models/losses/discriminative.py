"""Discriminative loss over space and time (Spatio-temporal embedding, ICLR 2020 submission; Brabandere et al. 2017)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmvist.registry import MODELS

# Under the root of a squared distance, whose gradient is not defined at zero.
EPSILON = 1e-12


class DiscriminativeTerms(NamedTuple):
    """Terms of B windows.

    Attributes:
        attraction: (B,) L_a, Eq. 1.
        repulsion: (B,) L_r, Eq. 2.
        regularisation: (B,) L_reg, Eq. 3.
    """

    attraction: Tensor
    repulsion: Tensor
    regularisation: Tensor


def discriminative_terms(embeds: Tensor, instances: Tensor, windows: Tensor, num_windows: int,
                         attraction_radius: float, repulsion_radius: float) -> DiscriminativeTerms:
    """How far pixels are from the mean of their instance, and the means of a window from each other and from zero.

    With |S_k| pixels i of instance k, their mean mu_k, and K instances in a window (Eq. 1-3):

        L_a = 1/K sum_k 1/|S_k| sum_i max(0, |mu_k - y_i| - rho_a)^2
        L_r = 1/(K (K - 1)) sum_{k != l} max(0, 2 rho_r - |mu_k - mu_l|)^2
        L_reg = 1/K sum_k |mu_k|

    Args:
        embeds: (P, E) float32 or float64, embeddings y of the pixels that show an instance.
        instances: (P,) int64, the instance of each, 0 to K - 1 over all windows; each has a pixel.
        windows: (K,) int64, the window that each instance is of, 0 to B - 1.
        num_windows: B.
        attraction_radius: rho_a, in the embeddings' unit.
        repulsion_radius: rho_r, likewise.

    Returns:
        All three are 0 for a window without instances, the repulsion also for one with a single instance.
    """
    num_instances = len(windows)
    areas = torch.bincount(instances, minlength=num_instances).to(embeds.dtype)
    means = embeds.new_zeros(num_instances, embeds.shape[1]).index_add(0, instances, embeds) / areas[:, None]

    beyond = (_length(embeds - means[instances]) - attraction_radius).clamp(min=0).square()
    attraction = embeds.new_zeros(num_instances).index_add(0, instances, beyond) / areas
    missing = (2 * repulsion_radius - _length(means[:, None] - means)).clamp(min=0).square()
    pairs = (windows[:, None] == windows).fill_diagonal_(False)
    repulsion = missing.masked_fill(~pairs, 0).sum(dim=1) / pairs.sum(dim=1).clamp(min=1)

    counts = torch.bincount(windows, minlength=num_windows).clamp(min=1)
    return DiscriminativeTerms(*(embeds.new_zeros(num_windows).index_add(0, windows, of_instance) / counts
                                 for of_instance in (attraction, repulsion, _length(means))))


@MODELS.register_module()
class DiscriminativeLoss(nn.Module):
    """`discriminative_terms` of windows of frames, the mean over the windows, times weights (Eq. 4 and 8).

    Args:
        attraction_radius: rho_a: pixels so near to their instance's mean are left alone.
        repulsion_radius: rho_r, half of the distance from which on means are left alone.
        attraction_weight: Weight of L_a.
        repulsion_weight: Weight of L_r.
        regularisation_weight: Weight of L_reg.
        per_frame: Let every frame be a window of its own, as for embeddings that do not follow objects over time
            (the row "Brabandere et al." of Table 2).

    Raises:
        ValueError: rho_r is not above 2 rho_a, or that is negative. Then pixels of two instances could be as near as
            those of one, though the loss be 0 (section 3).
    """

    def __init__(self, attraction_radius: float = 0.5, repulsion_radius: float = 1.5, attraction_weight: float = 1.0,
                 repulsion_weight: float = 1.0, regularisation_weight: float = 0.001, per_frame: bool = False) -> None:
        if not 0 <= 2 * attraction_radius < repulsion_radius:
            raise ValueError(f'DiscriminativeLoss: repulsion_radius must be above twice the attraction_radius, and '
                             f'that at least 0, got {repulsion_radius} and {attraction_radius}')
        super().__init__()
        self.attraction_radius, self.repulsion_radius = attraction_radius, repulsion_radius
        self.per_frame = per_frame
        self.weights = DiscriminativeTerms(attraction_weight, repulsion_weight, regularisation_weight)

    def forward(self, embeddings: Tensor, ids: Tensor, first_frame: int = 0) -> dict[str, Tensor]:
        """The losses.

        Args:
            embeddings: (B, T, E, H, W) of B windows of T frames.
            ids: (B, T, H, W) int64, the object that a pixel shows, unique within a window; negative where it shows none
                or is ignored.
            first_frame: The first frame of a window that counts, 0 to T - 1: those before lack a past to look at.

        Returns:
            Scalars `loss_attraction`, `loss_repulsion` and `loss_regularisation`; 0, with a gradient, where there is no
            object.

        Raises:
            ValueError: The shapes do not go together, or no frame counts.
        """
        if embeddings.ndim != 5 or ids.shape != embeddings.shape[:2] + embeddings.shape[3:]:
            raise ValueError(f'DiscriminativeLoss: embeddings must be (B, T, E, H, W) and ids (B, T, H, W), got '
                             f'{tuple(embeddings.shape)} and {tuple(ids.shape)}')
        if not 0 <= first_frame < ids.shape[1]:
            raise ValueError(f'DiscriminativeLoss: first_frame must be one of {ids.shape[1]}, counted from 0, got '
                             f'{first_frame}')
        embeddings, ids = embeddings[:, first_frame:], ids[:, first_frame:]
        if self.per_frame:
            embeddings, ids = (values.flatten(0, 1)[:, None] for values in (embeddings, ids))
        inside = ids >= 0
        embeds = embeddings.movedim(2, -1)[inside].float()
        # Ids are numbered first: they may be large, and a number for each pair of window and id has to fit.
        known, numbers = ids[inside].unique(return_inverse=True)
        pairs, instances = (inside.nonzero()[:, 0] * len(known) + numbers).unique(return_inverse=True)
        terms = discriminative_terms(embeds, instances, pairs // max(len(known), 1), len(ids), self.attraction_radius,
                                     self.repulsion_radius)
        return {f'loss_{name}': weight * term.sum() / max(len(ids), 1)
                for name, weight, term in zip(terms._fields, self.weights, terms, strict=True)}


def _length(vectors: Tensor) -> Tensor:
    """Lengths (...) of vectors (..., E)."""
    return (vectors.square().sum(dim=-1) + EPSILON).sqrt()
