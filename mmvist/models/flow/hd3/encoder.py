"""HD3's encoder: deep layer aggregation (Yu et al., CVPR 2018), which gives maps of strides 64 to 2."""

from collections.abc import Sequence

import torch
from mmcv.cnn import ConvModule
from torch import Tensor, nn


class DLAUpEncoder(nn.Module):
    """DLA-34 of seven levels, whose maps are joined step by step, from coarse to fine.

    Args:
        channels: Of the levels of strides 1, 2, 4, 8, 16, 32 and 64.
        norm_cfg: Config of the norms.
        act_cfg: Config of the activations.
        num_maps: How many maps are wanted, 1 to 6.
    """

    def __init__(self, channels: Sequence[int], norm_cfg: dict, act_cfg: dict, num_maps: int = 6) -> None:
        super().__init__()
        if len(channels) != 7:
            raise ValueError(f'DLAUpEncoder: channels must be seven numbers, one a level, got {list(channels)}')
        layers = {'norm_cfg': norm_cfg, 'act_cfg': act_cfg}
        self.stem = ConvModule(3, channels[0], 7, padding=3, **layers)
        levels = [ConvModule(channels[0], channels[0], 3, padding=1, **layers),
                  ConvModule(channels[0], channels[1], 3, stride=2, padding=1, **layers)]
        for level, depth in enumerate((1, 2, 2, 1, 1), 2):
            levels.append(_Tree(depth, channels[level - 1], channels[level], level > 2, layers))
        self.levels = nn.ModuleList(levels)
        self.joints = nn.ModuleList(
            _Joint(channels[level], [channels[level + 1]] * (6 - level), layers)
            for level in range(5, 6 - num_maps, -1))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Maps of strides 64, 32, and so on, of images (N, 3, H, W), whose sides are multiples of 64."""
        maps, values = [], self.stem(images)
        for level in self.levels:
            values = level(values)
            maps.append(values)
        answers, coarser = [maps[-1]], [maps[-1]]
        for level, joint in zip(range(5, 0, -1), self.joints, strict=False):
            joined = joint(maps[level], coarser)
            answers.append(joined[-1])
            coarser = [maps[level], *joined]
        return answers


class _Block(nn.Module):
    """Two convolutions beside a path around them."""

    def __init__(self, before: int, after: int, stride: int, layers: dict) -> None:
        super().__init__()
        self.first = ConvModule(before, after, 3, stride=stride, padding=1, **layers)
        self.last = ConvModule(after, after, 3, padding=1, **{**layers, 'act_cfg': None})
        self.activate = self.first.activate

    def forward(self, maps: Tensor, around: Tensor) -> Tensor:
        return self.activate(self.last(self.first(maps)) + around)


class _Tree(nn.Module):
    """Blocks whose answers are all joined by one convolution at the root; halves the maps' size unless it is inside.

    Args:
        depth: 1: two blocks; 2: two trees of them.
        before: Channels in.
        after: Channels out.
        joins_input: Whether the root sees what came in, too.
        layers: Norms and activations.
        stride: 2, or 1 for a tree in a tree.
        extra: Channels of what else the root is given.
    """

    def __init__(self, depth: int, before: int, after: int, joins_input: bool, layers: dict, stride: int = 2,
                 extra: int = 0) -> None:
        super().__init__()
        self.joins_input, self.is_leaf = joins_input, depth == 1
        self.pool = nn.MaxPool2d(stride) if stride > 1 else nn.Identity()
        extra += before * joins_input
        if self.is_leaf:
            self.project = nn.Identity() if before == after else ConvModule(
                before, after, 1, **{**layers, 'act_cfg': None})
            self.first, self.last = _Block(before, after, stride, layers), _Block(after, after, 1, layers)
            self.root = ConvModule(2 * after + extra, after, 1, **layers)
        else:
            self.first = _Tree(depth - 1, before, after, False, layers, stride)
            self.last = _Tree(depth - 1, after, after, False, layers, 1, after + extra)

    def forward(self, maps: Tensor, extra: Sequence[Tensor] = ()) -> Tensor:
        pooled = self.pool(maps)
        extra = [*extra, pooled] if self.joins_input else extra
        if not self.is_leaf:
            first = self.first(maps)
            return self.last(first, [*extra, first])
        first = self.first(maps, self.project(pooled))
        return self.root(torch.cat([self.last(first, first), first, *extra], dim=1))


class _Joint(nn.Module):
    """A map, joined with each of some maps of half its size in turn."""

    def __init__(self, channels: int, coarser: Sequence[int], layers: dict) -> None:
        super().__init__()
        self.enlarge = nn.ModuleList(_Enlarge(size, channels, layers) for size in coarser)
        self.nodes = nn.ModuleList(ConvModule(2 * channels, channels, 3, padding=1, **layers) for _ in coarser)

    def forward(self, finer: Tensor, coarser: Sequence[Tensor]) -> list[Tensor]:
        answers = []
        for maps, enlarge, node in zip(coarser, self.enlarge, self.nodes, strict=True):
            finer = node(torch.cat([finer, enlarge(maps)], dim=1))
            answers.append(finer)
        return answers


class Interpolation(nn.ConvTranspose2d):
    """Doubles the size of maps, at first by linear interpolation.

    Args:
        channels: Channels in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 4, stride=2, padding=1, groups=channels, bias=False)
        hat = torch.tensor([0.25, 0.75, 0.75, 0.25])
        self.weight.data.copy_((hat[:, None] * hat).expand_as(self.weight))


class _Enlarge(nn.Module):
    """Twice the size, and other channels."""

    def __init__(self, before: int, after: int, layers: dict) -> None:
        super().__init__()
        self.project = nn.Identity() if before == after else ConvModule(before, after, 1, **layers)
        self.up = Interpolation(after)

    def forward(self, maps: Tensor) -> Tensor:
        return self.up(self.project(maps))
