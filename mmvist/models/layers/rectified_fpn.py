"""The feature pyramid of YOLACT's authors."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmdet.models.necks import FPN
from torch import Tensor, nn

from mmvist.registry import MODELS


@MODELS.register_module()
class RectifiedFPN(FPN):
    """A feature pyramid whose levels are rectified, with more levels made of the coarsest (dbolya/yolact).

    mmdet's YOLACT is not, and makes them of the backbone's.

    Args:
        in_channels: Channels of the backbone's maps, from fine to coarse.
        out_channels: Channels of all levels.
        num_extra: Levels that are made by convolutions of stride two.
        init_cfg: Initial weights.
    """

    def __init__(self, in_channels: Sequence[int], out_channels: int, num_extra: int = 2,
                 init_cfg: dict | None = None) -> None:
        super().__init__(list(in_channels), out_channels, len(in_channels), upsample_cfg={'mode': 'bilinear'},
                         init_cfg=init_cfg or {'type': 'Xavier', 'layer': 'Conv2d', 'distribution': 'uniform'})
        self.extra_convs = nn.ModuleList(nn.Conv2d(out_channels, out_channels, 3, stride=2, padding=1)
                                         for _ in range(num_extra))

    def forward(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Levels (B, C, h, w) from fine to coarse of the backbone's maps."""
        levels = [F.relu(level) for level in super().forward(inputs)]
        for conv in self.extra_convs:
            levels.append(conv(levels[-1]))
        return tuple(levels)
