"""HD3's decoders: from costs, and what is known already, to a density."""

import torch
from mmcv.cnn import ConvModule, build_activation_layer, build_norm_layer
from torch import Tensor, nn

DILATIONS = (1, 1, 2, 4, 8, 16, 1)


class DensityDecoder(nn.Module):
    """The decoder of all levels but the finest: two residual blocks, whose answers are joined.

    Args:
        before: Channels in.
        hidden: Channels of the blocks.
        num_offsets: Channels of the density, and of what the next level is handed.
        norm_cfg: Config of the norms.
        act_cfg: Config of the activations.
    """

    def __init__(self, before: int, hidden: int, num_offsets: int, norm_cfg: dict, act_cfg: dict) -> None:
        super().__init__()
        layers = {'norm_cfg': norm_cfg, 'act_cfg': act_cfg}
        self.first = _Block(nn.Conv2d(before, hidden, 3, padding=1, bias=False), before, hidden, layers)
        self.last = _Block(_activated(nn.Conv2d(hidden, hidden, 3, padding=1, bias=False), layers), hidden, hidden,
                           layers)
        self.root = _activated(nn.Conv2d(2 * hidden, hidden, 1, bias=False), layers)
        self.density = _activated(nn.Conv2d(hidden, num_offsets, 1), layers)
        self.hand_on = nn.Sequential(
            _activated(nn.ConvTranspose2d(hidden, num_offsets, 4, stride=2, padding=1, bias=False), layers),
            *_activation(num_offsets, layers))

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, num_offsets, h, w) of (N, before, h, w), and a map (N, num_offsets, 2h, 2w) to hand on."""
        first = self.first(maps)
        answer = self.root(torch.cat([first, self.last(first)], dim=1))
        return self.density(answer), self.hand_on(answer)


class ContextDecoder(nn.Module):
    """The decoder of the finest level: convolutions that reach far.

    Args:
        before: Channels in.
        hidden: Channels between.
        num_offsets: Channels of the density.
        norm_cfg: Config of the norms.
        act_cfg: Config of the activations.
    """

    def __init__(self, before: int, hidden: int, num_offsets: int, norm_cfg: dict, act_cfg: dict) -> None:
        super().__init__()
        sizes = [before, *[hidden] * len(DILATIONS)]
        self.layers = nn.Sequential(*(
            ConvModule(size, after, 3, padding=dilation, dilation=dilation, norm_cfg=norm_cfg, act_cfg=act_cfg)
            for size, after, dilation in zip(sizes[:-1], sizes[1:], DILATIONS, strict=True)))
        self.density = nn.Conv2d(hidden, num_offsets, 1)

    def forward(self, maps: Tensor) -> tuple[Tensor, None]:
        """Logits (N, num_offsets, h, w) of (N, before, h, w), and nothing for a next level."""
        return self.density(self.layers(maps)), None


class _Block(nn.Module):
    """A layer and another one after norm and activation, beside a path around both."""

    def __init__(self, first: nn.Module, before: int, after: int, layers: dict) -> None:
        super().__init__()
        self.first, self.last = first, _activated(nn.Conv2d(after, after, 3, padding=1, bias=False), layers)
        self.around = nn.Identity() if before == after else nn.Conv2d(before, after, 1, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        return self.last(self.first(maps)) + self.around(maps)


def _activated(layer: nn.Conv2d | nn.ConvTranspose2d, layers: dict) -> nn.Sequential:
    """A layer of maps that are normed and activated first."""
    return nn.Sequential(*_activation(layer.in_channels, layers), layer)


def _activation(channels: int, layers: dict) -> list[nn.Module]:
    return [build_norm_layer(layers['norm_cfg'], channels)[1], build_activation_layer(layers['act_cfg'])]
