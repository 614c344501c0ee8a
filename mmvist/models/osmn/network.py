"""The mask network."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.osmn.modulators import STAGES, SpatialModulator, VisualModulator, modulated_channels
from mmvist.models.osmn.spots import heat_maps
from mmvist.models.osmn.vgg import CHANNELS, DEPTHS, VGG
from mmvist.registry import MODELS

# Of the convolutions that begin from nothing, as in the authors' code.
INIT = {'type': 'Normal', 'layer': 'Conv2d', 'std': 0.001}


class MaskDecoder(BaseModule):
    """Side outputs of conv2 to conv5, brought to the image's size, joined and weighed.

    Args:
        channels: Of each stage.
        side_channels: Of each side output.
        init_cfg: Initial weights.
    """

    def __init__(self, channels: Sequence[int], side_channels: int, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg or INIT)
        self.sides = nn.ModuleList(nn.Conv2d(width, side_channels, 3, padding=1) for width in channels[1:])
        self.fuse = nn.Conv2d(len(self.sides) * side_channels, 1, 1)

    def side(self, number: int, maps: Tensor, size: tuple[int, int]) -> Tensor:
        """What a stage, counted from 1, adds to the logits, (N, H, W), of its maps (N, C, h, w).

        A 1x1 convolution of enlarged maps is the enlarged convolution of the maps, for a fraction of the memory.
        """
        weights = self.fuse.weight.chunk(len(self.sides), dim=1)[number - 1]
        logits = F.conv2d(self.sides[number - 1](maps), weights)
        return F.interpolate(logits, size, mode='bilinear', align_corners=False)[:, 0]


@MODELS.register_module()
class OSMN(BaseModule):
    """Segments one object of an image, given how it looks and where it was (Yang et al. 2018, section 3).

    A VGG-16 whose feature maps x become gamma * x + beta after each convolution of conv3 to conv5: gamma, one number a
    channel, comes from a picture of the object, beta from a heat map of its last place.

    Args:
        channels: Of each stage of both VGGs.
        hidden: Width of the visual modulator's fully connected layers.
        guide_size: Side of the object's picture, a multiple of 32.
        side_channels: Of each side output.
        dropout: In the visual modulator.
        init_cfg: Initial weights.
    """

    def __init__(self, channels: Sequence[int] = CHANNELS, hidden: int = 4096, guide_size: int = 224,
                 side_channels: int = 16, dropout: float = 0.5, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.vgg = VGG(channels)
        self.decoder = MaskDecoder(channels, side_channels)
        self.visual = VisualModulator(channels, hidden, guide_size, dropout)
        self.spatial = SpatialModulator(channels)
        self.guide_size = guide_size
        self.widths = modulated_channels(channels)

    @property
    def num_guides(self) -> int:
        """Factors that describe an object."""
        return sum(self.widths)

    def forward(self, images: Tensor, owners: Tensor, guides: Tensor, spots: Tensor) -> Tensor:
        """Logits of masks.

        Args:
            images: (B, 3, H, W) normalised, H and W multiples of 16.
            owners: (N,) the image of each object.
            guides: (N, P) factors from `visual`.
            spots: (N, 4) places as `find_spots` gives them, in pixels of the images.

        Returns:
            (N, H, W).
        """
        size = images.shape[-2:]
        hidden = images
        for stage in range(STAGES[0]):
            hidden = self.vgg.stage(stage, hidden)
        logits = self.decoder.side(STAGES[0] - 1, hidden, size)[owners]
        hidden = hidden[owners]
        scales = iter(factors[..., None, None] for factors in guides.split(self.widths, dim=1))
        for stage, shifts in zip(STAGES, self.spatial(heat_maps(spots, *size)), strict=True):
            hidden = self.vgg.stage(stage, hidden, [next(scales) for _ in range(DEPTHS[stage])], shifts)
            logits = logits + self.decoder.side(stage, hidden, size)
        return logits + self.decoder.fuse.bias

    def segment(self, image: Tensor, guides: Tensor, spots: Tensor, at_once: int) -> Tensor:
        """Probabilities (N, H, W) of N objects of one image (3, H, W), `at_once` objects at a time; see `forward`."""
        parts = zip(guides.split(at_once), spots.split(at_once), strict=True)
        masks = [self(image[None], part.new_zeros(len(part), dtype=torch.long), part, places).float().sigmoid()
                 for part, places in parts if len(part)]
        return torch.cat(masks) if masks else image.new_zeros((0, *image.shape[1:]))
