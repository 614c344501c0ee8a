"""How the camera moved between two frames."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS

# Small motions to begin with, as in the authors' code.
MOTION_SCALE = 0.01


@MODELS.register_module()
class PoseNetwork(BaseModule):
    """A ResNet on two frames, and four convolutions whose mean is the motion (section 3.1).

    The text has six outputs, the authors' code twelve, of which it uses six; so does this.

    Args:
        backbone: Config of a backbone of six channels in; its last map counts.
        in_channels: Channels of that map.
        channels: Channels in between.
        init_cfg: Initial weights.
    """

    def __init__(self, backbone: dict, in_channels: int = 512, channels: int = 256, init_cfg: dict | None = None
                 ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.head = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1), nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(channels, 12, 1))

    def forward(self, earlier: Tensor, later: Tensor) -> Tensor:
        """Motion (B, 6) from the earlier frame to the later: axis-angle and translation.

        Args:
            earlier: (B, 3, H, W).
            later: (B, 3, H, W).
        """
        maps = self.backbone(torch.cat([earlier, later], dim=1))[-1]
        return MOTION_SCALE * self.head(maps).float().mean((2, 3))[:, :6]
