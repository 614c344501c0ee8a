"""Looks as Gaussians that LSTMs tell."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.graph_tracker.appearance import Appearance
from mmvist.models.graph_tracker.batch import FoundBatch
from mmvist.models.graph_tracker.gaussian_appearance import RAW_VARIANCE, likelihood_edges
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.models.layers.mlp import linear
from mmvist.registry import MODELS


class Recalled(NamedTuple):
    """State of `LSTMAppearance`: of tracks and of the empty track, see `GaussianLSTM`."""

    tracks: tuple[Tensor, ...]
    scene: tuple[Tensor, ...]


@MODELS.register_module()
class LSTMAppearance(Appearance):
    """Two LSTMs tell mean and variance of what they have seen (row "Appearance update with LSTM").

    Args:
        channels: A, of an appearance.
        track_channels: Not used.
    """

    edge_channels, empty_edge_channels = 1, 1

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()
        self.memory, self.scene_memory = GaussianLSTM(channels), GaussianLSTM(channels)

    def start(self, found: FoundBatch) -> Recalled:
        """The empty track has seen the first frame."""
        nothing = self.scene_memory.nothing(found.scene)
        none = self.memory.nothing(found.scene[:, :0])
        return Recalled(none, self.scene_memory(found.scene, nothing))

    def grow(self, state: Recalled, count: int) -> Recalled:
        """See `Appearance.grow`."""
        return state._replace(tracks=tuple(grown(part, count) for part in state.tracks))

    def edges(self, state: Recalled, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Log-likelihoods, as `GaussianAppearance.edges`."""
        return (likelihood_edges(found.embeds, *self.memory.read(state.tracks)),
                likelihood_edges(found.embeds, *self.scene_memory.read(state.scene)))

    def update(self, state: Recalled, found: FoundBatch, choice: Tensor, born: Tensor, embeds: Tensor, empty: Tensor
               ) -> Recalled:
        """See `Appearance.update`."""
        before = tuple(part.masked_fill(born[..., None], 0) for part in state.tracks)
        after = self.memory(pick(found.embeds, choice), before)
        seen = (choice >= 0)[..., None]
        tracks = tuple(torch.where(seen, new, old) for new, old in zip(after, before, strict=True))
        return Recalled(tracks, self.scene_memory(found.scene, state.scene))


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
