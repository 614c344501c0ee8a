"""From the latents back to maps: of the next frame, of where objects go, of what they are."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.vae.blocks import DAMPING, ResidualBlock, SubPixelUp, convolution
from mmvist.registry import MODELS


@MODELS.register_module()
class FutureFrameDecoder(BaseModule):
    """The auxiliary branch: the next frame from the latents alone, so that these have to tell what moves (section 3.2).

    Args:
        latent_channels: Channels of the latents.
        channels: Channels of the blocks, from the latents' stride on; each next one is at half the stride.
        init_cfg: Initial weights.
    """

    def __init__(self, latent_channels: int = 64, channels: Sequence[int] = (256, 256, 128, 64, 32),
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.enter = convolution(latent_channels, channels[0])
        self.blocks = nn.ModuleList(map(ResidualBlock, channels))
        # The first image is grey, the mean of all.
        self.ups = nn.ModuleList([*map(SubPixelUp, channels[:-1], channels[1:]), SubPixelUp(channels[-1], 3, DAMPING)])

    def forward(self, latents: Tensor) -> Tensor:
        """An image (B, 3, H, W), normalised as the network's input is, from latents (B, C, h, w)."""
        maps = self.enter(latents)
        for block, up in zip(self.blocks, self.ups, strict=True):
            maps = up(F.relu(block(maps)))
        return maps


@MODELS.register_module()
class PyramidDecoder(BaseModule):
    """The proposal and the augment branch's maps: from the latents up, joined at each stride with other maps (Eq. 4).

    Args:
        latent_channels: Channels of the latents.
        channels: Channels of the blocks, from the latents' stride, the coarsest, on.
        skip_channels: Channels of the maps that are joined, from the coarsest on; 0 where there are none.
        out_channels: Channels of all answers.
        init_cfg: Initial weights.
    """

    def __init__(self, latent_channels: int = 64, channels: Sequence[int] = (256, 256, 128, 64),
                 skip_channels: Sequence[int] = (256, 256, 128, 64), out_channels: int = 256,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.enter = convolution(latent_channels, channels[0])
        self.ups = nn.ModuleList(map(SubPixelUp, channels[:-1], channels[1:]))
        self.joins = nn.ModuleList(convolution(size + skip, size)
                                   for size, skip in zip(channels, skip_channels, strict=True))
        self.blocks = nn.ModuleList(map(ResidualBlock, channels))
        self.answers = nn.ModuleList(convolution(size, out_channels, 1) for size in channels)

    def forward(self, latents: Tensor, skips: Sequence[Sequence[Tensor]]) -> tuple[Tensor, ...]:
        """Maps (B, out_channels, h_i, w_i) from fine to coarse, as those of a feature pyramid.

        Args:
            latents: (B, C, h, w).
            skips: For each stride, from fine to coarse, the maps (B, C_k, h_i, w_i) that are joined; they may be none.
        """
        maps, answers = self.enter(latents), []
        for level, (join, block, answer) in enumerate(zip(self.joins, self.blocks, self.answers, strict=True)):
            if level:
                maps = self.ups[level - 1](maps)
            maps = block(F.relu(join(torch.cat([F.relu(maps), *skips[-1 - level]], dim=1))))
            answers.append(answer(F.relu(maps)))
        return tuple(answers[::-1])
