"""HD3 as an estimator of flow, with what it is trained by."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.models.flow.hd3.density import density_of
from mmvist.models.flow.hd3.network import COARSEST, Estimate, HD3Network
from mmvist.models.losses.match_density import match_density, shrunk_flow
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame

# What images are normed by for the network, RGB in 0..255.
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@MODELS.register_module()
class HD3Flow(BaseModule):
    """HD3, trained in both directions at once (Porzi et al. 2020, section 3.1).

    Args:
        channels: See `HD3Network`.
        hidden: See `HD3Network`.
        radius: See `HD3Network`.
        num_levels: See `HD3Network`.
        act_cfg: See `HD3Network`.
        image_mean: What was taken away from images before they come here, RGB in 0..255.
        image_std: By what they were divided.
        init_cfg: Initial weights; those of a training of a `FlowDetector` are {'type': 'Pretrained', 'checkpoint':
            FILE, 'prefix': 'detector.flow.'}.
    """

    needs_image = True

    def __init__(self, channels: Sequence[int] = (16, 32, 64, 128, 256, 512, 512), hidden: int = 128, radius: int = 4,
                 num_levels: int = 5, act_cfg: dict | None = None,
                 image_mean: Sequence[float] = (0., 0., 0.), image_std: Sequence[float] = (1., 1., 1.),
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.network = HD3Network(channels, hidden, radius, num_levels, act_cfg)
        mean, std, ours, our_std = (torch.tensor(values, dtype=torch.float32).view(3, 1, 1)
                                    for values in (image_mean, image_std, MEAN, STD))
        self.register_buffer('factor', std / our_std, persistent=False)
        self.register_buffer('shift', (mean - ours) / our_std, persistent=False)

    @torch.no_grad()
    def forward(self, image: Tensor, previous: Tensor, frame: Frame | None = None) -> Tensor:
        """Flow (2, H, W) from a frame to the one before it; see `Flow`."""
        height, width = image.shape[1:]
        # Beyond the image it goes on as it ends.
        room = (0, -width % COARSEST, 0, -height % COARSEST)
        pair = (F.pad(self._normed(one[None]), room, mode='replicate') for one in (image, previous))
        return self.network.estimate(*pair)[0, :, :height, :width].float()

    def loss(self, images: Tensor, backward: Tensor, forward: Tensor) -> dict[str, Tensor]:
        """Losses of pairs of successive frames.

        Args:
            images: (N, 2, 3, H, W), sides are multiples of 64.
            backward: (N, 3, H, W), flow from the second frame to the first: right, down, and 1 where that is known,
                else all are 0.
            forward: (N, 3, H, W), flow from the first to the second.

        Returns:
            `loss_backward` and `loss_forward`, sums over the levels; for the log `epe`, the mean distance of the
            backward flow of the finest level from the true one, in pixels of the image.
        """
        first, second = self._normed(images).unbind(1)
        back, ahead = self.network(second, first)
        flow, known = shrunk_flow(backward, backward.shape[-1] // back[-1].vectors.shape[-1])
        distance = (back[-1].vectors.detach() - flow).norm(dim=1, keepdim=True)
        return {'loss_backward': self._loss(back, backward), 'loss_forward': self._loss(ahead, forward),
                'epe': (distance * known).sum() / known.sum().clamp(min=1)}

    def _normed(self, images: Tensor) -> Tensor:
        return images.float() * self.factor + self.shift

    def _loss(self, estimates: Sequence[Estimate], truth: Tensor) -> Tensor:
        """What all levels are wrong by: each is to say what the one before left over."""
        total, before = 0.0, None
        for level, (logits, vectors) in enumerate(estimates):
            stride = COARSEST // 2 ** level
            left, known = shrunk_flow(truth, stride)
            if before is not None:
                left = left - F.interpolate(before, scale_factor=2, mode='bilinear', align_corners=True)
            target = density_of(left / stride, self.network.radius)
            total = total + match_density(logits.float(), target, known)
            before = vectors.detach()
        return total
