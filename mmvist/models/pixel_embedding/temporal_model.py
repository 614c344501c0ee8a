"""Features that remember: causal convolutions over the frames so far."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS


class CausalBlock(nn.Module):
    """A residual bottleneck whose inner convolution sees its frame and some before it, never one after.

    A convolution of t x 3 x 3 is one of 3 x 3 over the channels of t frames together, which is what processors are fast
    at.

    Args:
        channels: Channels in and out.
        hidden: Channels of the bottleneck.
        frames: Frames that the inner convolution sees.
        dropout: Share of channels that are left out in training, of each clip by itself.
    """

    def __init__(self, channels: int, hidden: int, frames: int, dropout: float) -> None:
        super().__init__()
        self.frames = frames

        def layer(before: int, after: int, size: int) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(before, after, size, padding=size // 2, bias=False),
                                 nn.BatchNorm2d(after, momentum=0.05), nn.LeakyReLU(0.01))

        self.narrow, self.mix = layer(channels, hidden, 1), layer(frames * hidden, hidden, 3)
        self.widen, self.dropout = layer(hidden, channels, 1), nn.Dropout3d(dropout)

    def forward(self, maps: Tensor) -> Tensor:
        """(N, T, C, h, w) of clips, with zeros before their first frame."""
        return self.step(None, maps)[1]

    def step(self, past: Tensor | None, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Go on with a video.

        Args:
            past: (N, frames - 1, hidden, h, w), from the step before; `None` at first.
            maps: (N, T, C, h, w), the next frames.

        Returns:
            The next past, and (N, T, C, h, w).
        """
        length, num_past = maps.shape[1], self.frames - 1
        window = _of_frames(self.narrow, maps)
        if past is None:
            window = F.pad(window, (0, 0) * 3 + (num_past, 0))
        elif num_past:
            window = torch.cat([past, window], dim=1)
        # A view would keep all of the window.
        kept = window[:, length:].clone()
        if num_past:
            window = torch.cat([window[:, first:first + length] for first in range(self.frames)], dim=2)
        branch = _of_frames(self.widen, _of_frames(self.mix, window))
        return kept, maps + self.dropout(branch.transpose(1, 2)).transpose(1, 2)


def _of_frames(layer: nn.Module, maps: Tensor) -> Tensor:
    """A layer's answers (N, T, ...) for every frame by itself."""
    return layer(maps.flatten(0, 1)).unflatten(0, maps.shape[:2])


@MODELS.register_module()
class CausalTemporalModel(BaseModule):
    """Causal 3-D convolutions over feature maps (section 3.1): 12 bottlenecks, two of which see the frame before.

    What a block still needs of the past is kept from frame to frame, so that a video can be streamed at the cost of one
    frame each, with the same numbers as in a window that has the whole video.

    Args:
        channels: Channels of the feature maps.
        hidden: Channels of the bottlenecks.
        frames: Frames that each block sees.
        dropout: Share of channels that are left out in training.
        init_cfg: Initial weights.

    Attributes:
        receptive_field: Frames that one answer depends on, itself included.
    """

    def __init__(self, channels: int = 128, hidden: int = 64, frames: Sequence[int] = (2, *[1] * 10, 2),
                 dropout: float = 0.2, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.blocks = nn.ModuleList(CausalBlock(channels, hidden, count, dropout) for count in frames)
        self.receptive_field = 1 + sum(count - 1 for count in frames)

    def forward(self, maps: Tensor) -> Tensor:
        """Features (N, T, C, h, w) of N clips, with zeros before their first frame."""
        for block in self.blocks:
            maps = block(maps)
        return maps

    def step(self, state: tuple[Tensor, ...] | None, maps: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """Go on with a video.

        Args:
            state: From the step before, `None` at first: of each block what it needs of the past.
            maps: (T, C, h, w), the next frames.

        Returns:
            The next state, and features (T, C, h, w).
        """
        maps, kept = maps[None], []
        for block, past in zip(self.blocks, state or (None,) * len(self.blocks), strict=True):
            past, maps = block.step(past, maps)
            kept.append(past)
        return tuple(kept), maps[0]
