"""Features that remember: causal convolutions over the frames so far."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS


class CausalBlock(nn.Module):
    """A residual bottleneck whose inner convolution sees its frame and some before it, never one after.

    Args:
        channels: Channels in and out.
        hidden: Channels of the bottleneck.
        frames: Frames that the inner convolution sees.
        dropout: Share of channels that are left out in training, of each clip by itself.
    """

    def __init__(self, channels: int, hidden: int, frames: int, dropout: float) -> None:
        super().__init__()
        self.past = frames - 1

        def norm(size: int) -> nn.BatchNorm3d:
            return nn.BatchNorm3d(size, momentum=0.05)

        self.narrow = nn.Sequential(nn.Conv3d(channels, hidden, 1, bias=False), norm(hidden), nn.LeakyReLU(0.01))
        self.mix = nn.Sequential(nn.Conv3d(hidden, hidden, (frames, 3, 3), padding=(0, 1, 1), bias=False), norm(hidden),
                                 nn.LeakyReLU(0.01))
        self.widen = nn.Sequential(nn.Conv3d(hidden, channels, 1, bias=False), norm(channels), nn.LeakyReLU(0.01),
                                   nn.Dropout3d(dropout))

    def forward(self, maps: Tensor) -> Tensor:
        """(N, C, T, h, w) of clips, with zeros before their first frame."""
        return self.step(None, maps)[1]

    def step(self, past: Tensor | None, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Go on with a video.

        Args:
            past: (N, hidden, past, h, w), from the step before; `None` at first.
            maps: (N, C, T, h, w), the next frames.

        Returns:
            The next past, and (N, C, T, h, w).
        """
        narrow = self.narrow(maps)
        window = F.pad(narrow, (0, 0, 0, 0, self.past, 0)) if past is None else torch.cat([past, narrow], dim=2)
        # A view would keep all of the window.
        kept = window[:, :, window.shape[2] - self.past:].clone()
        return kept, maps + self.widen(self.mix(window))


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
        maps = maps.transpose(1, 2)
        for block in self.blocks:
            maps = block(maps)
        return maps.transpose(1, 2)

    def step(self, state: tuple[Tensor, ...] | None, maps: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """Go on with a video.

        Args:
            state: From the step before, `None` at first: of each block what it needs of the past.
            maps: (T, C, h, w), the next frames.

        Returns:
            The next state, and features (T, C, h, w).
        """
        maps, kept = maps.transpose(0, 1)[None], []
        for block, past in zip(self.blocks, state or (None,) * len(self.blocks), strict=True):
            past, maps = block.step(past, maps)
            kept.append(past)
        return tuple(kept), maps[0].transpose(0, 1)
