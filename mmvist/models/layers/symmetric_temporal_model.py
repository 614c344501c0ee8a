"""Features of frames that know of the frames before and after."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.layers.separable_conv3d import SeparableConv3d
from mmvist.registry import MODELS


@MODELS.register_module()
class SymmetricTemporalModel(BaseModule):
    """Separable 3-D convolutions over a video's feature maps (TrackR-CNN, Voigtlaender et al. 2019).

    Every layer sees one frame back and one ahead, and zeros beyond both ends of the video. So a video can be streamed:
    a layer keeps its last two inputs and answers one frame late, all layers together `num_layers` frames late.

    Args:
        channels: Channels of the feature maps.
        num_layers: Number of layers; with none, every frame is left alone.
    """

    def __init__(self, channels: int, num_layers: int = 2) -> None:
        super().__init__()
        self.layers = nn.ModuleList(SeparableConv3d(channels) for _ in range(num_layers))

    def forward(self, maps: Tensor) -> Tensor:
        """Features (N, T, C, h, w) of N whole videos, or of clips taken for such."""
        maps = maps.transpose(1, 2)
        for layer in self.layers:
            maps = layer(F.pad(maps, (0, 0, 0, 0, 1, 1)))
        return maps.transpose(1, 2)

    def step(self, state: tuple[Tensor, ...] | None, maps: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """Go on with a video.

        Args:
            state: From the step before, `None` at first: for each layer the (C, 1 or 2, h, w) inputs it still needs.
            maps: (T, C, h, w), the next frames.

        Returns:
            The next state, and features (T', C, h, w) of the frames that are ready, in order: the sum of all T' is
            `num_layers` less than that of all T.
        """
        maps = maps.transpose(0, 1)
        if state is None:
            state = (torch.zeros_like(maps[:, :1]),) * len(self.layers)
        kept = []
        for layer, before in zip(self.layers, state, strict=True):
            window = torch.cat([before, maps], dim=1)
            kept.append(window[:, -2:].clone())     # a view would keep all of the window
            maps = _inner(layer, window)
        return tuple(kept), maps.transpose(0, 1)

    def finish(self, state: tuple[Tensor, ...]) -> Tensor:
        """Features (T', C, h, w) of the frames that are left at a video's end, at most `num_layers`."""
        maps = state[0][:, :0]
        for layer, before in zip(self.layers, state, strict=True):
            maps = _inner(layer, torch.cat([before, maps, torch.zeros_like(before[:, :1])], dim=1))
        return maps.transpose(0, 1)


def _inner(layer: SeparableConv3d, window: Tensor) -> Tensor:
    """The layer's answer (C, T - 2, h, w) to a window (C, T, h, w); none to a window of less than three frames."""
    return layer(window[None])[0] if window.shape[1] > 2 else window[:, :0]
