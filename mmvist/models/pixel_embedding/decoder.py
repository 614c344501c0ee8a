"""From features to pixels: embeddings, disparities, foreground."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.pixel_embedding.encoder import ReflectConv, UpStage
from mmvist.registry import MODELS


@MODELS.register_module()
class PixelDecoder(BaseModule):
    """Three steps up to full size, joined with early maps of the frame itself (section 3.1; the code's skips).

    The skips bypass any temporal model: they are of the present frame.

    Args:
        in_channels: Channels of the features.
        out_channels: Numbers of a pixel.
        channels: Channels after each step.
        skip_channels: Channels of the maps at a quarter and at a half of the size.
        num_scales: Answer at so many sizes, the full one first; each has a head of its own.
        init_cfg: Initial weights.
    """

    def __init__(self, in_channels: int, out_channels: int, channels: Sequence[int] = (64, 32, 16),
                 skip_channels: Sequence[int] = (64, 64), num_scales: int = 1, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        before = [in_channels, *channels[:-1]]
        self.stages = nn.ModuleList(UpStage(size, after, skip) for size, after, skip in zip(
            before, channels, [*skip_channels, 0], strict=True))
        self.heads = nn.ModuleList(ReflectConv(size, out_channels, last=True)
                                   for size in channels[::-1][:num_scales])

    def forward(self, features: Tensor, skips: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        """Raw numbers of pixels, from full size on.

        Args:
            features: (B, C, H / 8, W / 8).
            skips: The frames' maps at a half and at a quarter of the size.

        Returns:
            `num_scales` maps (B, out_channels, H / 2^s, W / 2^s).
        """
        half, quarter = skips
        maps = []
        for stage, skip in zip(self.stages, (quarter, half, None), strict=True):
            features = stage(features, skip)
            maps.append(features)
        return tuple(head(level) for head, level in zip(self.heads, maps[::-1], strict=False))
