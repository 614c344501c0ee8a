"""HD3: matches as densities, from coarse to fine (Yin, Darrell and Yu, CVPR 2019)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.flow.hd3.decoders import ContextDecoder, DensityDecoder
from mmvist.models.flow.hd3.density import vector_of
from mmvist.models.flow.hd3.encoder import DLAUpEncoder, Interpolation
from mmvist.models.flow.hd3.matching import displaced, local_correlation

# Stride of the coarsest level.
COARSEST = 64


class Estimate(NamedTuple):
    """What one level says of matches.

    Attributes:
        logits: (N, (2 radius + 1) ** 2, h, w) of the density of what is to be added to the vectors of the level before.
        vectors: (N, 2, h, w) pixels of the image, (x, y), with what is added.
    """

    logits: Tensor
    vectors: Tensor


class HD3Network(BaseModule):
    """An encoder for both frames, and on each level a decoder that says how far the last level's vectors are off.

    Args:
        channels: Of the encoder's levels of strides 1, 2, 4, 8, 16, 32 and 64.
        hidden: Channels in the decoders.
        radius: Largest offset, in pixels of a level, at which matches are looked for.
        num_levels: Levels from stride 64 on.
        act_cfg: Config of the activations; a leaky ReLU in MOTSNet's flow network, a ReLU in HD3's code.
    """

    def __init__(self, channels: Sequence[int] = (16, 32, 64, 128, 256, 512, 512), hidden: int = 128, radius: int = 4,
                 num_levels: int = 5, act_cfg: dict | None = None) -> None:
        super().__init__()
        if not 1 <= num_levels <= 6:
            raise ValueError(f'HD3Network: num_levels must lie in 1..6, got {num_levels}')
        layers = {'norm_cfg': {'type': 'BN'},
                  'act_cfg': act_cfg or {'type': 'LeakyReLU', 'negative_slope': 0.01}}
        self.radius, self.num_offsets = radius, (2 * radius + 1) ** 2
        self.encoder = DLAUpEncoder(channels, **layers, num_maps=num_levels)
        self.cost_norms = nn.ModuleList(
            build_norm_layer(layers['norm_cfg'], self.num_offsets)[1] for _ in range(num_levels))
        decoders = []
        for level in range(num_levels):
            # Costs; from the second level on also the frame's own map, what the last level hands on, and its vectors.
            size = self.num_offsets + (level > 0) * (channels[6 - level] + self.num_offsets + 2)
            kind = ContextDecoder if level == num_levels - 1 else DensityDecoder
            decoders.append(kind(size, hidden, self.num_offsets, **layers))
        self.decoders = nn.ModuleList(decoders)

    def init_weights(self) -> None:
        """Small random weights in convolutions, as in HD3's code; interpolation, unlike there, stays as it is."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and not isinstance(module, Interpolation):
                nn.init.normal_(module.weight, 0, 0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, reference: Tensor, target: Tensor) -> tuple[list[Estimate], list[Estimate]]:
        """Matches of each of two frames in the other one.

        Args:
            reference: (N, 3, H, W), sides are multiples of 64.
            target: (N, 3, H, W).

        Returns:
            For each level, from stride 64 on: where pixels of the first are in the second, and the other way round.
        """
        maps = self._encode(reference, target)
        both = self.decode(maps, [torch.cat(level.chunk(2)[::-1]) for level in maps])
        halves = [[Estimate(*pair) for pair in zip(logits.chunk(2), vectors.chunk(2), strict=True)]
                  for logits, vectors in both]
        there, back = zip(*halves, strict=True)
        return list(there), list(back)

    def estimate(self, reference: Tensor, target: Tensor) -> Tensor:
        """Where pixels of frames (N, 3, H, W) are in others, (N, 2, H, W) pixels, (x, y); sides are multiples of 64."""
        there, back = zip(*(level.chunk(2) for level in self._encode(reference, target)), strict=True)
        vectors = self.decode(there, back)[-1].vectors
        return F.interpolate(vectors, reference.shape[-2:], mode='bilinear', align_corners=True)

    def decode(self, reference: Sequence[Tensor], target: Sequence[Tensor]) -> list[Estimate]:
        """Matches on every level of maps that the encoder gave, from stride 64 on."""
        estimates, known, vectors, handed_on = [], [], None, None
        for level, (decoder, norm) in enumerate(zip(self.decoders, self.cost_norms, strict=True)):
            ours, theirs, stride = reference[level], target[level], COARSEST / 2 ** level
            if estimates:
                vectors = F.interpolate(
                    estimates[-1].vectors / stride, scale_factor=2, mode='bilinear', align_corners=True)
                theirs = displaced(theirs, vectors)
                known = [ours, handed_on, vectors]
            costs = norm(local_correlation(ours, theirs, self.radius))
            logits, handed_on = decoder(torch.cat([costs, *known], dim=1))
            found = vector_of(logits)
            found = found + vectors if estimates else found
            estimates.append(Estimate(logits, found * stride))
        return estimates

    def _encode(self, reference: Tensor, target: Tensor) -> list[Tensor]:
        if reference.shape[2] % COARSEST or reference.shape[3] % COARSEST or reference.shape != target.shape:
            raise ValueError(f'HD3Network: images must have one size, with sides that are multiples of {COARSEST}, got '
                             f'{tuple(reference.shape)} and {tuple(target.shape)}; preprocessors have size_divisor')
        return self.encoder(torch.cat([reference, target]))
