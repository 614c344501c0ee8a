"""What a track remembers of its looks, and what that says of a detection (RGNNVIS, Johnander et al. 2021, 3.4).

An appearance model gives the graph's edges features, and may add to those of the detections. Its state is a tuple of
tensors with a row a slot.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.graph_tracker.batch import FoundBatch
from mmvist.models.graph_tracker.rows import grown, pick
from mmvist.registry import MODELS


class Appearance(nn.Module):
    """What a track remembers of its looks; one that remembers nothing, unless a subclass does.

    Attributes:
        edge_channels: Features that it gives to an edge between a track and a detection.
        empty_edge_channels: Features that it gives to one of the empty track.
        detection_channels: Features that it adds to those of a detection.
        needs_embeds: Whether detections must have embeds.
    """

    edge_channels, empty_edge_channels, detection_channels = 0, 0, 0
    needs_embeds = True

    def start(self, found: FoundBatch) -> Any:
        """State before the first frame, without slots."""

    def grow(self, state: Any, count: int) -> Any:
        """State with so many more slots."""

    def describe(self, found: FoundBatch) -> Tensor:
        """What the detections' features get of their looks, (B, N, C)."""
        return found.logits[..., :0]

    def edges(self, state: Any, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Features of edges (B, M, N, C), and of those of the empty track (B, 1, N, C')."""
        none = found.logits[:, None, :, :0]
        return none.expand(-1, used.shape[1], -1, -1), none

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
class NoAppearance(Appearance):
    """Looks are not compared (row "No appearance"); the empty track's edges have a constant in place of them.

    Args:
        channels: Not used.
        track_channels: Not used.
    """

    empty_edge_channels = 1
    needs_embeds = False

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()

    def edges(self, state: None, used: Tensor, found: FoundBatch) -> tuple[Tensor, Tensor]:
        """Nothing, and zeros."""
        none, _ = super().edges(state, used, found)
        return none, torch.zeros_like(found.logits[:, None, :, :1])


@MODELS.register_module()
class BakedAppearance(Appearance):
    """Looks are features of the detections like any other, and left to the graph (row "Baked into embedding").

    Args:
        channels: A, of an appearance.
        track_channels: Not used.
    """

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()
        self.detection_channels = channels

    def describe(self, found: FoundBatch) -> Tensor:
        """The appearances."""
        return found.embeds


@MODELS.register_module()
class LatestAppearance(Appearance):
    """A track looks like its last detection, and detections choose among the tracks (row "Association from MaskTrack").

    Args:
        channels: Not used.
        track_channels: Not used.
    """

    edge_channels, empty_edge_channels = 1, 1

    def __init__(self, channels: int, track_channels: int) -> None:
        super().__init__()

    def start(self, found: FoundBatch) -> Tensor:
        """No track."""
        return found.scene[:, :0]

    def grow(self, state: Tensor, count: int) -> Tensor:
        """See `Appearance.grow`."""
        return grown(state, count)

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
        """See `Appearance.update`."""
        return torch.where((choice >= 0)[..., None], pick(found.embeds, choice), state)
