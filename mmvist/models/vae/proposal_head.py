"""The proposal branch's head: where the last frame's boxes are in this one (section 3.2)."""

import torch
import torch.nn.functional as F
from mmdet.structures.bbox import bbox2roi
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.registry import MODELS, TASK_UTILS


@MODELS.register_module()
class ProposalHead(BaseModule):
    """RoIAlign over several maps, and two layers that tell how a box changes from frame to frame, whatever its class.

    Args:
        roi_extractor: Config of mmdet's extractor.
        in_channels: Channels of the maps.
        region_size: Rows and columns that it makes of a box.
        hidden: Channels of the two layers.
        target_stds: By what the four numbers of a change are divided.
        num_copies: Boxes that are made of each true one in training.
        jitter: How far these may be off, as a share of the box's size: centre and size.
        loss_weight: Weight of the loss.
        init_cfg: Initial weights.
    """

    def __init__(self, roi_extractor: dict, in_channels: int = 256, region_size: int = 7, hidden: int = 1024,
                 target_stds: tuple[float, ...] = (.1, .1, .2, .2), num_copies: int = 4, jitter: float = 0.1,
                 loss_weight: float = 1.0, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.roi_extractor = MODELS.build({**roi_extractor, '_scope_': 'mmdet'})
        self.layers = nn.Sequential(
            nn.Linear(in_channels * region_size ** 2, hidden), nn.ReLU(inplace=True),
            nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, 4))
        for layer in (self.layers[0], self.layers[2]):
            nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
            nn.init.zeros_(layer.bias)
        # An object that nothing is known of is where it was.
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)
        self.coder = TASK_UTILS.build(dict(
            type='DeltaXYWHBBoxCoder', target_means=(0., 0., 0., 0.), target_stds=target_stds, _scope_='mmdet'))
        self.num_copies, self.jitter, self.loss_weight = num_copies, jitter, loss_weight

    def forward(self, maps: tuple[Tensor, ...], boxes: list[Tensor]) -> Tensor:
        """Changes (R, 4), of the coder, of boxes (R_b, 4) of each image; R is the sum of the R_b.

        Args:
            maps: (B, C, h_i, w_i) from fine to coarse.
            boxes: Of each image, xyxy pixels of the input.
        """
        rois = bbox2roi(boxes)
        regions = self.roi_extractor(maps[:self.roi_extractor.num_inputs], rois)
        return self.layers(regions.flatten(1)).float()

    def move(self, maps: tuple[Tensor, ...], boxes: Tensor, size: tuple[int, int]) -> Tensor:
        """Where boxes (R, 4) of the last frame are now, (R, 4), cut off at the image's borders.

        Args:
            maps: (1, C, h_i, w_i) from fine to coarse.
            boxes: xyxy pixels of the input.
            size: Height and width of the image.
        """
        if len(boxes) == 0:
            return boxes
        return self.coder.decode(boxes, self(maps, [boxes]), max_shape=size)

    def loss(self, maps: tuple[Tensor, ...], before: list[Tensor], now: list[Tensor],
             generator: torch.Generator | None = None) -> tuple[Tensor, list[Tensor]]:
        """Smooth L1 between the predicted and the true changes of boxes that are somewhat off.

        Args:
            maps: (B, C, h_i, w_i) from fine to coarse.
            before: Of each image, boxes (P_b, 4) in the last frame of objects that are in this one, too.
            now: Of each image, their boxes (P_b, 4) in this one.
            generator: Where chance comes from, on the CPU.

        Returns:
            The loss, 0 with a gradient where there is no object; and of each image the boxes (P_b * num_copies, 4) that
            were predicted, without a gradient.
        """
        starts = [self._jittered(boxes.repeat(self.num_copies, 1), generator) for boxes in before]
        ends = [boxes.repeat(self.num_copies, 1) for boxes in now]
        counts = [len(boxes) for boxes in starts]
        changes = self(maps, starts)
        if sum(counts) == 0:
            return changes.sum() + 0 * sum(level.sum() for level in maps), starts
        targets = self.coder.encode(torch.cat(starts), torch.cat(ends))
        loss = F.smooth_l1_loss(changes, targets, reduction='sum') / len(changes)
        moved = self.coder.decode(torch.cat(starts), changes.detach())
        return self.loss_weight * loss, list(moved.split(counts))

    def _jittered(self, boxes: Tensor, generator: torch.Generator | None) -> Tensor:
        """Boxes (R, 4) whose centres and sizes are off by up to a share of their sizes."""
        sizes, centres = boxes[:, 2:] - boxes[:, :2], (boxes[:, 2:] + boxes[:, :2]) / 2
        noise = self.jitter * (2 * torch.rand(2, len(boxes), 2, generator=generator).to(boxes) - 1)
        centres, sizes = centres + noise[0] * sizes, sizes * (1 + noise[1])
        return torch.cat([centres - sizes / 2, centres + sizes / 2], dim=1)
