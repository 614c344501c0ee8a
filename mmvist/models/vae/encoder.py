"""What the three branches share: an encoder of the present frame, the last one, and where its objects were."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS

# Factor of the last layer of a residual block: without norms, many blocks would let activations grow.
DAMPING = 0.1


class ResidualBlock(nn.Module):
    """Two convolutions beside a path that leaves everything as it is, without norms (section 3.1).

    Args:
        channels: Channels in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.last = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        for parameter in self.last.parameters():
            parameter.data.mul_(DAMPING)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, h, w) to the same."""
        return maps + self.last(F.relu(self.first(maps)))


@MODELS.register_module()
class ObservationEncoder(BaseModule):
    """E_phi: residual blocks, each followed by a convolution that halves the map (section 3.1).

    The stem halves the image once more before the first block: at full size that block alone would take most of the
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
        self.reductions = nn.ModuleList(nn.Conv2d(before, after, 3, stride=2, padding=1)
                                        for before, after in zip(sizes[:-1], sizes[1:], strict=True))
        self.blocks = nn.ModuleList(map(ResidualBlock, channels))

    def forward(self, observations: Tensor) -> tuple[Tensor, ...]:
        """Features phi (B, C_i, H / 2^i, W / 2^i), i = 1, 2, and so on, of observations (B, in_channels, H, W)."""
        maps, levels = observations, []
        for reduction, block in zip(self.reductions, self.blocks, strict=True):
            maps = block(F.relu(reduction(maps)))
            levels.append(maps)
        return tuple(levels)
