"""What a track remembers of its looks, and what that says of a detection (RGNNVIS, Johnander et al. 2021, 3.4).

An appearance model gives the graph's edges features, and may add to those of the detections. Its state is a tuple of
tensors with a row a slot.
"""

import math
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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
class NoAppearance(nn.Module):
    """Looks are not compared (row "No appearance"); the empty track's edges have a constant in place of them.

    Args:
        channels: Not used.
        track_channels: Not used.
    """

    edge_channels, empty_edge_channels, detection_channels = 0, 1, 0

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()

    def start(self, found: FoundBatch) -> Any:
        """State before the first frame, without slots."""

    def grow(self, state: Any, count: int) -> Any:
        """State with so many more slots."""

    def describe(self, found: FoundBatch) -> Tensor:
        """What the detections' features get of their looks, (B, N, C)."""
        return found.logits[..., :0]

    def edges(self, state: Any, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Features of edges (B, M, N, C), and of those of the empty track (B, 1, N, C')."""
        none = found.logits.new_zeros(*used.shape, found.logits.shape[1], 0)
        return none, torch.zeros_like(found.logits[:, None, :, :1])

    def update(self, state: Any, found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor) -> Any:
        """The next state.

        Args:
            state: Not modified.
            found: Detections.
            choice: (B, M), the detection of each slot, -1 for none.
            born: (B, M) bool, slots whose track starts.
            embeds: (B, M, D), the tracks' embeddings of this frame.
            empty: (B, 1, D), likewise of the empty track.
        """


@MODELS.register_module()
class BakedAppearance(NoAppearance):
    """Looks are features of the detections like any other, and left to the graph (row "Baked into embedding").

    Args:
        channels: A, of an appearance.
        track_channels: Not used.
    """

    empty_edge_channels = 0

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__(channels, track_channels)
        self.detection_channels = channels

    def describe(self, found: FoundBatch) -> Tensor:
        """The appearances."""
        return found.embeds

    def edges(self, state: Any, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Nothing."""
        none, _ = super().edges(state, used, found)
        return none, found.logits[:, None, :, :0]


@MODELS.register_module()
class GaussianAppearance(nn.Module):
    """A Gaussian that moves with every detection, as fast as the track's embedding tells (Eq. 4).

    Args:
        channels: A, of an appearance.
        track_channels: D, of the tracks' embeddings.
        constant_variance: Never update variances (row "Appearance const. variance").
        code_init: Start from a mean of zero that is updated once, as the authors' code does; the paper starts from the
            first detection.
    """

    edge_channels, empty_edge_channels, detection_channels = 1, 1, 0

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
        """See `NoAppearance.grow`."""
        return state._replace(means=grown(state.means, count),
                              variances=grown(state.variances, count, self.first_variance))

    def describe(self, found: FoundBatch) -> Tensor:
        """Nothing."""
        return found.logits[..., :0]

    def edges(self, state: Gaussians, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Log-likelihoods, brought to a range that a network takes."""
        # The authors' code; of hundreds of channels a likelihood may be anything up to a hundred thousand.
        return tuple((0.01 * log_likelihood(found.embeds, means, variances) - 4)[..., None] for means, variances in (
            (state.means, state.variances), (state.scene_means, state.scene_variances)))

    def update(self, state: Gaussians, found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor
               ) -> Gaussians:
        """Tracks without a detection stay as they are; see `NoAppearance.update`."""
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


@MODELS.register_module()
class LSTMAppearance(GaussianAppearance):
    """Two LSTMs tell mean and variance of what they have seen (row "Appearance update with LSTM").

    Args:
        channels: A, of an appearance.
        track_channels: Not used.
    """

    def __init__(self, channels: int, track_channels: int) -> None:
        nn.Module.__init__(self)
        self.channels = channels
        self.memory, self.scene_memory = GaussianLSTM(channels), GaussianLSTM(channels)

    def start(self, found: FoundBatch) -> 'Recalled':
        """The empty track has seen the first frame."""
        nothing = self.scene_memory.nothing(found.scene)
        none = self.memory.nothing(found.scene[:, :0])
        return Recalled(none, self.scene_memory(found.scene, nothing))

    def grow(self, state: 'Recalled', count: int) -> 'Recalled':
        """See `NoAppearance.grow`."""
        return state._replace(tracks=tuple(grown(part, count) for part in state.tracks))

    def edges(self, state: 'Recalled', used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """See `GaussianAppearance.edges`."""
        return super().edges(Gaussians(*self.memory.read(state.tracks), *self.scene_memory.read(state.scene)), used,
                             found)

    def update(self, state: 'Recalled', found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor
               ) -> 'Recalled':
        """See `NoAppearance.update`."""
        before = tuple(part.masked_fill(born[..., None], 0) for part in state.tracks)
        after = self.memory(pick(found.embeds, choice), before)
        seen = (choice >= 0)[..., None]
        tracks = tuple(torch.where(seen, new, old) for new, old in zip(after, before, strict=True))
        return Recalled(tracks, self.scene_memory(found.scene, state.scene))


class Recalled(NamedTuple):
    """State of `LSTMAppearance`: of tracks and of the empty track, see `GaussianLSTM`."""

    tracks: tuple[Tensor, ...]
    scene: tuple[Tensor, ...]


class GaussianLSTM(nn.Module):
    """Two LSTMs, of a mean and of a variance; their state is output and cell of each, four tensors (B, M, A).

    Args:
        channels: A.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(channels, channels) for _ in range(2)])
        self.mean, self.spread = linear(channels, channels), linear(channels, channels, RAW_VARIANCE)

    def nothing(self, like: Tensor) -> tuple[Tensor, ...]:
        """State before anything was seen, as large as (B, M, A)."""
        return (torch.zeros_like(like),) * 4

    def forward(self, seen: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The next state."""
        shape, flat = seen.shape, seen.flatten(0, 1)
        parts = [part.flatten(0, 1) for part in state]
        new = [*self.cells[0](flat, tuple(parts[:2])), *self.cells[1](flat, tuple(parts[2:]))]
        return tuple(part.view(shape) for part in new)

    def read(self, state: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Means and variances (B, M, A)."""
        return self.mean(state[0]), F.softplus(self.spread(state[2]))


@MODELS.register_module()
class LatestAppearance(nn.Module):
    """A track looks like its last detection, and detections choose among the tracks (row "Association from MaskTrack").

    Args:
        channels: Not used.
        track_channels: Not used.
    """

    edge_channels, empty_edge_channels, detection_channels = 1, 1, 0

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()

    def start(self, found: FoundBatch) -> Tensor:
        """No track."""
        return found.scene[:, :0]

    def grow(self, state: Tensor, count: int) -> Tensor:
        """See `NoAppearance.grow`."""
        return grown(state, count)

    def describe(self, found: FoundBatch) -> Tensor:
        """Nothing."""
        return found.logits[..., :0]

    def edges(self, state: Tensor, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """The chances that a detection is this track, and that it is none."""
        chances = self.log_chances(state, used, found).exp()[..., None]
        return chances[:, 1:], chances[:, :1]

    def log_chances(self, state: Tensor, used: Tensor, found: FoundBatch) -> Tensor:
        """Logarithms (B, 1 + M, N) of the chances of each track, the first that of none (MaskTrack R-CNN, Eq. 1)."""
        products = state @ found.embeds.transpose(1, 2)
        products = products.masked_fill(~used[..., None], -torch.inf)
        return F.pad(products, (0, 0, 1, 0)).log_softmax(dim=1)

    def update(self, state: Tensor, found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor
               ) -> Tensor:
        """See `NoAppearance.update`."""
        return torch.where((choice >= 0)[..., None], pick(found.embeds, choice), state)


def log_likelihood(seen: Tensor, means: Tensor, variances: Tensor) -> Tensor:
    """Logarithms (B, M, N) of the densities of Gaussians without covariance.

    Args:
        seen: (B, N, A).
        means: (B, M, A).
        variances: (B, M, A).
    """
    squares = (seen[:, None] - means[:, :, None]).square() @ variances.reciprocal()[..., None]
    return -0.5 * (squares[..., 0] + (2 * math.pi * variances).log().sum(-1, keepdim=True))


def moved_gaussians(mean_rate: Tensor, variance_rate: Tensor, spread: Tensor, means: Tensor, variances: Tensor,
                    seen: Tensor) -> tuple[Tensor, Tensor]:
    """Means and variances after an observation (Eq. 4; the authors' code where the text lost its symbols)."""
    apart = means - seen
    both = mean_rate * variance_rate / (mean_rate + variance_rate + 1e-7)
    return (means - mean_rate * apart,
            variances + variance_rate * (spread - variances) + both * apart.square())
