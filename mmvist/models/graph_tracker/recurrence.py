"""From what the graph says of a track to what is kept of it (RGNNVIS, Johnander et al. 2021, 3.3)."""

from torch import Tensor, nn

from mmvist.models.layers.mlp import linear
from mmvist.registry import MODELS


@MODELS.register_module()
class LSTMGates(nn.Module):
    """The gates of an LSTM around the graph (Eq. 2b-g and 3).

    Args:
        channels: D, of the embeddings.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.said, self.before = linear(channels, 4 * channels), linear(channels, 4 * channels)

    def forward(self, said: Tensor, embeds: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """The next embeddings and cells.

        Args:
            said: (..., D), what the graph says now.
            embeds: (..., D), of the last frame; zero for what starts.
            cells: (..., D), likewise.
        """
        forget, take, show, candidate = (self.said(said) + self.before(embeds)).chunk(4, dim=-1)
        cells = forget.sigmoid() * cells + take.sigmoid() * candidate.tanh()
        return show.sigmoid() * cells.tanh(), cells


@MODELS.register_module()
class SimpleGate(nn.Module):
    """One gate and a squashed candidate; nothing of the past but what the graph says (row "Simple gate").

    Args:
        channels: D, of the embeddings.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.said = linear(channels, 2 * channels)

    def forward(self, said: Tensor, embeds: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """See `LSTMGates.forward`."""
        show, candidate = self.said(said).chunk(2, dim=-1)
        return show.sigmoid() * candidate.tanh(), cells


@MODELS.register_module()
class NoGate(nn.Module):
    """What the graph says is what is kept; it diverges in the paper (row "No LSTM-like gating").

    Args:
        channels: Not used.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()

    def forward(self, said: Tensor, embeds: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """See `LSTMGates.forward`."""
        return said, cells
