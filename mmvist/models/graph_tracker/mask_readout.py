"""Masks of tracks, weighed against each other (RGNNVIS, Johnander et al. 2021, 3.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.layers.mlp import linear

# Logit of a track that has no detection, far below that of the background.
NO_MASK = -20.0


class MaskReadout(nn.Module):
    """Two convolutions of a detection's mask, its box, and what the track's embedding says.

    Args:
        channels: D, of the embeddings.
        hidden: Channels of what the embedding says, and between the convolutions.
    """

    def __init__(self, channels: int, hidden: int = 16) -> None:
        super().__init__()
        self.say = nn.Sequential(linear(channels, hidden), nn.ReLU())
        self.join = nn.Conv2d(2 + hidden, hidden, 3, padding=1)
        self.last = nn.Conv2d(hidden, 1, 3, padding=1)
        for conv in (self.join, self.last):
            nn.init.xavier_uniform_(conv.weight)
            nn.init.zeros_(conv.bias)

    def forward(self, masks: Tensor, inside: Tensor, choice: Tensor, embeds: Tensor) -> Tensor:
        """Logits (R, h, w) of the R tracks that have a detection, video by video.

        Args:
            masks: (B, N, h, w), raw logits of the detections.
            inside: (B, N, h, w), 1 inside their boxes.
            choice: (B, M), the detection of each track, -1 for none.
            embeds: (B, M, D), of the tracks.
        """
        videos, tracks = (choice >= 0).nonzero().unbind(1)
        rows = choice[videos, tracks]
        pixels = torch.stack([masks[videos, rows], inside[videos, rows]], dim=1)
        pixels = F.conv2d(pixels, self.join.weight[:, :2], self.join.bias, padding=1)
        hidden = (pixels + self._spread(self.say(embeds[videos, tracks]), masks.shape[-2:])).relu()
        return self.last(hidden)[:, 0]

    def _spread(self, said: Tensor, size: tuple[int, int]) -> Tensor:
        """What the first convolution makes of channels that are the same everywhere, but zero outside of the map.

        Args:
            said: (R, C).
            size: Rows and columns.
        """
        kernels = torch.einsum('rc,ocij->roij', said, self.join.weight[:, 2:])
        rows, columns = (_reached(pixels, said) for pixels in size)
        return rows @ kernels @ columns.T


def _reached(pixels: int, like: Tensor) -> Tensor:
    """Which of the three taps around each pixel of an axis lie on it, (pixels, 3), 0 or 1."""
    taps = torch.arange(pixels, device=like.device)[:, None] + torch.arange(-1, 2, device=like.device)
    return ((taps >= 0) & (taps < pixels)).to(like.dtype)
