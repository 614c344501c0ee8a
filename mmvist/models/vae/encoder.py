"""What the three branches share: an encoder of the present frame, the last one, and where its objects were."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.vae.blocks import ResidualBlock, convolution
from mmvist.registry import MODELS


@MODELS.register_module()
class ObservationEncoder(BaseModule):
    """E_phi: convolutions that halve the map, and a residual block after each (section 3.1).

    The paper has its first block at full size, before anything is halved; that block alone would take most of the
    memory.

    Args:
        in_channels: Channels of an observation: two images and a map of categories.
        channels: Channels at strides 2, 4, 8, and so on.
        init_cfg: Initial weights.
    """

    def __init__(self, in_channels: int = 7, channels: Sequence[int] = (32, 64, 128, 256, 256),
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        sizes = [in_channels, *channels]
        self.reductions = nn.ModuleList(
            convolution(before, after, stride=2) for before, after in zip(sizes[:-1], sizes[1:], strict=True))
        self.blocks = nn.ModuleList(map(ResidualBlock, channels))

    def forward(self, observations: Tensor) -> tuple[Tensor, ...]:
        """Features phi (B, C_i, H / 2^i, W / 2^i), i = 1, 2, and so on, of observations (B, in_channels, H, W)."""
        maps, levels = observations, []
        for reduction, block in zip(self.reductions, self.blocks, strict=True):
            maps = block(F.relu(reduction(maps)))
            levels.append(maps)
        return tuple(levels)
