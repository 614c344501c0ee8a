"""The appearance network of RGNNVIS: features under masks that compete for them."""

from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.layers.mlp import Residual
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks


@MODELS.register_module()
class SoftMaskPoolEmbedder(BaseModule):
    """Embeds a detection by the mean of the backbone's features, weighted by its share of each pixel (RGNNVIS, 3.4).

    Shares are a softmax over all detections of the frame and the background (Johnander et al. 2021; sizes of the
    appendix's Table 3, numbers of the authors' code).

    Args:
        in_channels: Channels of the backbone's last maps, from fine to coarse.
        channels: Channels of each of them after a convolution; an embedding has as many for each map.
        hidden: Channels inside of the residual layer that follows.
        background: Logit of the background among the masks.
        bonus: What a mask's logit gains inside its box.
        init_cfg: Initial weights.

    Attributes:
        reads: Names of the feature maps that it looks at.
    """

    reads = ('backbone',)

    def __init__(self, in_channels: Sequence[int] = (1024, 2048), channels: int = 256, hidden: int = 128,
                 background: float = 10.0, bonus: float = 10.0, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg or {'type': 'Xavier', 'layer': ['Conv2d', 'Linear'],
                                               'distribution': 'uniform'})
        self.convs = nn.ModuleList(nn.Conv2d(size, channels, 1) for size in in_channels)
        self.deepen = Residual(channels * len(in_channels), hidden, depth=3)
        self.background, self.bonus = background, bonus

    def forward(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """Add `embeds` (N, A) to the detections, and the map `appearance` (A, 1, 1), the mean of all, to the frame.

        Raises:
            ValueError: There are no masks as logits of the whole frame, or no maps of the backbone.
        """
        if not isinstance(getattr(detections, 'masks', None), MapMasks) or 'backbone' not in frame.features:
            raise ValueError('SoftMaskPoolEmbedder needs masks as logits of whole frames and maps of the backbone, as '
                             f'YOLACTDetector gives; got {", ".join(detections.columns)} and maps of '
                             f'{", ".join(frame.features) or "nothing"}')
        masks = detections.masks
        logits = masks.logits + self.bonus * masks.box_masks()
        parts, means = [], []
        maps = frame.features['backbone'][-len(self.convs):]
        for conv, level in zip(self.convs, maps, strict=True):
            values = conv(level[None].float())[0]
            parts.append(_pooled(values, logits, self.background))
            means.append(values.mean((1, 2)))
        appearance = dict(frame.features, appearance=(torch.cat(means)[:, None, None],))
        return replace(frame, features=appearance), detections.replace(embeds=self.deepen(torch.cat(parts, dim=1)))


def _pooled(values: Tensor, logits: Tensor, background: float) -> Tensor:
    """Means (N, C) of values (C, h, w), by the shares of N maps of logits (N, H, W) in each pixel."""
    if len(logits) == 0:
        return values.new_zeros(0, len(values))
    logits = F.interpolate(logits[None], values.shape[1:], mode='bilinear', align_corners=False)[0]
    shares = torch.cat([torch.full_like(logits[:1], background), logits]).softmax(0)[1:].flatten(1)
    return shares / (shares.sum(1, keepdim=True) + 1e-4) @ values.flatten(1).T
