"""The convolutions of VGG-16 (Simonyan and Zisserman 2015), stage by stage."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

CHANNELS = (64, 128, 256, 512, 512)
DEPTHS = (2, 2, 3, 3, 3)


class VGG(BaseModule):
    """Five stages of 3x3 convolutions, halved between them.

    The layers are numbered as in torchvision, so that its checkpoints load. mmcv's `VGG` has neither a width to choose
    nor a place to modulate what is inside a stage.

    Args:
        channels: Of each stage.
        init_cfg: Initial weights.
    """

    def __init__(self, channels: Sequence[int] = CHANNELS, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg or {'type': 'Kaiming', 'layer': ['Conv2d', 'Linear']})
        if len(channels) != len(DEPTHS):
            raise ValueError(f'VGG: channels must be one number for each of {len(DEPTHS)} stages, got {list(channels)}')
        layers, self._starts, width = [], [], 3
        for size, depth in zip(channels, DEPTHS, strict=True):
            self._starts.append(len(layers))
            if layers:
                layers.append(nn.MaxPool2d(2))
            for _ in range(depth):
                layers += [nn.Conv2d(width, size, 3, padding=1), nn.ReLU(inplace=True)]
                width = size
        self._starts.append(len(layers))
        self.features = nn.Sequential(*layers)

    def stage(self, number: int, hidden: Tensor, scales: Sequence[Tensor] = (), shifts: Sequence[Tensor] = ()
              ) -> Tensor:
        """One stage, counted from 0, with the halving before it.

        Args:
            number: The stage.
            hidden: (N, C, H, W) of the stage before, the image for the first.
            scales: For each convolution gamma (N, C', 1, 1); none leave the stage as it is.
            shifts: For each convolution beta (N, C', h, w).

        Returns:
            (N, C', h, w); after each rectified convolution x became gamma * x + beta.
        """
        modulations = iter(zip(scales, shifts, strict=True))
        for layer in self.features[self._starts[number]:self._starts[number + 1]]:
            hidden = layer(hidden)
            if scales and isinstance(layer, nn.ReLU):
                scale, shift = next(modulations)
                hidden = scale * hidden + shift
        return hidden
