"""Features of single frames for the spatio-temporal embedding."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmdet.models.backbones import ResNet
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS


@MODELS.register_module()
class StemResNet(ResNet):
    """A ResNet that hands on its stem, too, before the pooling."""

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """The stem's map, at half the size, and those of the stages in `out_indices`."""
        maps = self.relu(self.norm1(self.conv1(images)))
        found = [maps]
        maps = self.maxpool(maps)
        for number, name in enumerate(self.res_layers):
            maps = getattr(self, name)(maps)
            if number in self.out_indices:
                found.append(maps)
        return tuple(found)


class ReflectConv(nn.Sequential):
    """A 3x3 convolution on an image that goes on mirrored, and an ELU unless it is the last.

    Args:
        in_channels: Channels in.
        out_channels: Channels out.
        last: Leave out the ELU.
    """

    def __init__(self, in_channels: int, out_channels: int, last: bool = False) -> None:
        layers = [nn.ReflectionPad2d(1), nn.Conv2d(in_channels, out_channels, 3)]
        super().__init__(*layers, *([] if last else [nn.ELU(inplace=True)]))


class UpStage(nn.Module):
    """Doubles a map and joins it with one of the encoder: convolution, nearest up-sampling, concatenation, convolution.

    Args:
        in_channels: Channels in.
        out_channels: Channels of both convolutions.
        skip_channels: Channels of what is joined, 0 for nothing.
    """

    def __init__(self, in_channels: int, out_channels: int, skip_channels: int = 0) -> None:
        super().__init__()
        self.narrow = ReflectConv(in_channels, out_channels)
        self.join = ReflectConv(out_channels + skip_channels, out_channels)

    def forward(self, maps: Tensor, skip: Tensor | None = None) -> Tensor:
        """(B, out_channels, 2h, 2w) of maps (B, in_channels, h, w) and a skip of the new size, or as near to it."""
        size = [2 * side for side in maps.shape[2:]] if skip is None else skip.shape[2:]
        maps = F.interpolate(self.narrow(maps), size, mode='nearest')
        return self.join(maps if skip is None else torch.cat([maps, skip], dim=1))


@MODELS.register_module()
class FrameEncoder(BaseModule):
    """ResNet-18 and two steps back up: features of a frame at an eighth of its size (section 3.1; sizes of Table 5).

    Args:
        backbone: Config of a backbone that gives its stem and four stages.
        channels: Channels of the stem, and of the four stages.
        init_cfg: Initial weights.
    """

    def __init__(self, backbone: dict, channels: Sequence[int] = (64, 64, 128, 256, 512), init_cfg: dict | None = None
                 ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.up = nn.ModuleList([UpStage(channels[4], channels[3], channels[3]),
                                 UpStage(channels[3], channels[2], channels[2])])

    def forward(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Features, and the skips of the decoders.

        Args:
            images: (B, 3, H, W), sides multiples of 32.

        Returns:
            (B, C, H / 8, W / 8); maps at a half and at a quarter of the size.
        """
        half, quarter, eighth, sixteenth, coarse = self.backbone(images)
        return self.up[1](self.up[0](coarse, sixteenth), eighth), (half, quarter)
