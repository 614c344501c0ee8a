"""Looks as Gaussians that move (RGNNVIS, Johnander et al. 2021, 3.4)."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.graph_tracker.appearance import Appearance
from mmvist.models.graph_tracker.batch import FoundBatch
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.models.layers.mlp import linear
from mmvist.registry import MODELS

# Raw value of a variance before training: softplus makes it 9.115e-4.
RAW_VARIANCE = -7.0


class Gaussians(NamedTuple):
    """Appearances as Gaussians without covariance.

    Attributes:
        means: (B, M, A).
        variances: (B, M, A).
        scene_means: (B, 1, A), of the empty track.
        scene_variances: (B, 1, A).
    """

    means: Tensor
    variances: Tensor
    scene_means: Tensor
    scene_variances: Tensor


@MODELS.register_module()
class GaussianAppearance(Appearance):
    """A Gaussian that moves with every detection, as fast as the track's embedding tells (Eq. 4).

    Args:
        channels: A, of an appearance.
        track_channels: D, of the tracks' embeddings.
        constant_variance: Never update variances (row "Appearance const. variance").
        code_init: Start from a mean of zero that is updated once, as the authors' code does; the paper starts from the
            first detection.
    """

    edge_channels, empty_edge_channels = 1, 1

    def __init__(self, channels: int, track_channels: int, constant_variance: bool = False, code_init: bool = False
                 ) -> None:
        super().__init__()
        self.channels, self.constant_variance, self.code_init = channels, constant_variance, code_init
        self.first_variance = F.softplus(torch.tensor(RAW_VARIANCE)).item()
        self.rates, self.scene_rates = UpdateRates(track_channels), UpdateRates(track_channels)

    def start(self, found: FoundBatch) -> Gaussians:
        """The empty track looks like the first frame."""
        none = found.scene[:, :0]
        return Gaussians(none, none, found.scene, torch.full_like(found.scene, self.first_variance))

    def grow(self, state: Gaussians, count: int) -> Gaussians:
        """See `Appearance.grow`."""
        return state._replace(means=grown(state.means, count),
                              variances=grown(state.variances, count, self.first_variance))

    def edges(self, state: Gaussians, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Log-likelihoods, brought to a range that a network takes."""
        return (likelihood_edges(found.embeds, state.means, state.variances),
                likelihood_edges(found.embeds, state.scene_means, state.scene_variances))

    def update(self, state: Gaussians, found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor
               ) -> Gaussians:
        """Tracks without a detection stay as they are; see `Appearance.update`."""
        seen = pick(found.embeds, choice)
        fresh = born[..., None]
        means = torch.where(fresh, torch.zeros_like(seen) if self.code_init else seen, state.means)
        variances = torch.where(fresh, self.first_variance, state.variances)
        moved = self._moved(self.rates(embeds), means, variances, seen)
        updated = ((choice >= 0) & (self.code_init | ~born))[..., None]
        scene = self._moved(self.scene_rates(empty), state.scene_means, state.scene_variances, found.scene)
        return Gaussians(torch.where(updated, moved[0], means), torch.where(updated, moved[1], variances), *scene)

    def _moved(self, rates: tuple[Tensor, Tensor, Tensor], means: Tensor, variances: Tensor, seen: Tensor
               ) -> tuple[Tensor, Tensor]:
        moved = moved_gaussians(*rates, means, variances, seen)
        return (moved[0], variances) if self.constant_variance else moved


class UpdateRates(nn.Module):
    """How fast means and variances move, each 0..1, and the variance of what is seen, of embeddings (..., D).

    Args:
        channels: D.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mean, self.variance = linear(channels, 1), linear(channels, 1)
        self.spread = linear(channels, 1, RAW_VARIANCE)

    def forward(self, embeds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(..., 1) each."""
        return self.mean(embeds).sigmoid(), self.variance(embeds).sigmoid(), F.softplus(self.spread(embeds))


def likelihood_edges(seen: Tensor, means: Tensor, variances: Tensor) -> Tensor:
    """Features (B, M, N, 1) of edges, of log-likelihoods; see `log_likelihood`.

    Factor and offset are those of the authors' code: of so many channels a log-likelihood may be a hundred thousand.
    """
    return (0.01 * log_likelihood(seen, means, variances) - 4)[..., None]


def log_likelihood(seen: Tensor, means: Tensor, variances: Tensor) -> Tensor:
    """Logarithms (B, M, N) of the densities of Gaussians without covariance.

    Args:
        seen: (B, N, A).
        means: (B, M, A).
        variances: (B, M, A).
    """
    apart = seen[:, None] - means[:, :, None]
    # A product is twice as fast as a power.
    squares = apart * apart @ variances.reciprocal()[..., None]
    return -0.5 * (squares[..., 0] + (2 * math.pi * variances).log().sum(-1, keepdim=True))


def moved_gaussians(mean_rate: Tensor, variance_rate: Tensor, spread: Tensor, means: Tensor, variances: Tensor,
                    seen: Tensor) -> tuple[Tensor, Tensor]:
    """Means and variances after an observation (Eq. 4; the authors' code where the text lost its symbols)."""
    apart = means - seen
    both = mean_rate * variance_rate / (mean_rate + variance_rate + 1e-7)
    return (means - mean_rate * apart,
            variances + variance_rate * (spread - variances) + both * apart * apart)
