"""What changes the feature maps of the mask network: how the object looks, and where it was."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.osmn.vgg import CHANNELS, DEPTHS, VGG

# conv3 to conv5; the maps before them are the same for all objects of an image.
STAGES = (2, 3, 4)
# Of the normalisation; the code's 0.01 needs a thousand steps to forget where it began.
MOMENTUM = 0.05


def modulated_channels(channels: Sequence[int]) -> list[int]:
    """Channels of each modulated convolution, in order."""
    return [channels[stage] for stage in STAGES for _ in range(DEPTHS[stage])]


class VisualModulator(VGG):
    """A factor for each modulated channel, from a picture of the object alone; the whole VGG-16 but its last layer.

    Args:
        channels: Of each stage.
        hidden: Width of the two fully connected layers.
        guide_size: Side of the picture, a multiple of 32.
        dropout: Behind each fully connected layer, as in VGG-16.
        init_cfg: Initial weights.
    """

    def __init__(self, channels: Sequence[int] = CHANNELS, hidden: int = 4096, guide_size: int = 224,
                 dropout: float = 0.5, init_cfg: dict | None = None) -> None:
        super().__init__(channels, init_cfg)
        if guide_size % 32 or guide_size < 32:
            raise ValueError(f'VisualModulator: guide_size must be a multiple of 32, got {guide_size}')
        # Numbered as in torchvision, whose last layer is the 1000 classes.
        self.classifier = nn.Sequential(
            nn.Linear(channels[-1] * (guide_size // 32) ** 2, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout))
        self.head = nn.Linear(hidden, sum(modulated_channels(channels)))

    def init_weights(self) -> None:
        """A network that is not trained yet leaves every map as it is."""
        super().init_weights()
        nn.init.zeros_(self.head.weight)
        nn.init.ones_(self.head.bias)

    def forward(self, guides: Tensor) -> Tensor:
        """Factors (N, P) of pictures (N, 3, guide_size, guide_size), normalised, zero outside the object."""
        for stage in range(len(DEPTHS)):
            guides = self.stage(stage, guides)
        return self.head(self.classifier(F.max_pool2d(guides, 2).flatten(1)))


class SpatialModulator(BaseModule):
    """What is added to the modulated maps: a heat map of where the object was, pooled to each stage's size.

    The normalisation behind the convolutions is of the authors' code.

    Args:
        channels: Of each stage.
        init_cfg: Initial weights.
    """

    def __init__(self, channels: Sequence[int] = CHANNELS, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg or {'type': 'Normal', 'layer': 'Conv2d', 'std': 0.001})
        self.stages = nn.ModuleList(nn.Sequential(
            nn.Conv2d(1, DEPTHS[stage] * channels[stage], 1, bias=False),
            nn.BatchNorm2d(DEPTHS[stage] * channels[stage], eps=1e-3, momentum=MOMENTUM), nn.ReLU(inplace=True))
            for stage in STAGES)

    def forward(self, heat: Tensor) -> list[tuple[Tensor, ...]]:
        """For each modulated stage what each of its convolutions gets, (N, C, h, w), from heat maps (N, 1, H, W)."""
        shifts = []
        for stage, layers in zip(STAGES, self.stages, strict=True):
            shifts.append(layers(F.avg_pool2d(heat, 2 ** stage)).chunk(DEPTHS[stage], dim=1))
        return shifts
