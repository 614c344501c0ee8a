"""The embedder of MaskTrack R-CNN: fully connected layers on a region's features."""

from collections.abc import Sequence

import torch
from mmdet.structures import TrackDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.detectors import DetectorLoss
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class RoIEmbedder(BaseModule):
    """Embeds a region by fully connected layers on its RoIAlign features (Yang et al. 2019, 3.2).

    The paper's sizes are two layers of 1024 on 7x7x256. Query and reference share them, and both frames' features are
    trained.

    Args:
        roi_extractor: Config of the RoI extractor.
        roi_size: Cells along a side of a region.
        in_channels: Channels of a cell.
        channels: Width of every layer, and of the embedding.
        num_layers: Number of layers.
        loss: Config of the loss between a key frame and another frame of its clip.
        positive_iou: Sampled regions below this IoU with their object do not train. The paper says 0.7, the code
            takes every positive of the box head, that is 0.5.
        final_relu: Rectify the last layer too, as mmdet does; only for its checkpoints, since a rectified embedding
            can never say "new track".
        init_cfg: Initial weights.
    """

    def __init__(self, roi_extractor: dict, loss: dict, roi_size: int = 7, in_channels: int = 256,
                 channels: int = 1024, num_layers: int = 2, positive_iou: float = 0.5, final_relu: bool = False,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg or {'type': 'Normal', 'layer': 'Linear', 'std': 0.01})
        self.roi_extractor = MODELS.build(roi_extractor)
        sizes = [in_channels * roi_size ** 2] + [channels] * num_layers
        self.fcs = nn.ModuleList(nn.Linear(*pair) for pair in zip(sizes[:-1], sizes[1:], strict=True))
        self.loss_match = MODELS.build(loss)
        self.positive_iou, self.final_relu = positive_iou, final_relu

    def embed(self, features: tuple[Tensor, ...], bboxes: Sequence[Tensor]) -> Tensor:
        """Embed boxes, given image by image.

        Args:
            features: Feature maps (B, C, h, w).
            bboxes: B tensors (R_b, 4), xyxy in pixels of the network input.

        Returns:
            (sum R_b, channels).
        """
        hidden = self.extract(features, bboxes).flatten(1)
        for index, layer in enumerate(self.fcs):
            hidden = layer(hidden)
            if index + 1 < len(self.fcs) or self.final_relu:
                hidden = hidden.relu()
        return hidden

    def extract(self, features: tuple[Tensor, ...], bboxes: Sequence[Tensor]) -> Tensor:
        """RoIAlign features (sum R_b, in_channels, roi_size, roi_size); see `embed`."""
        return self.roi_extractor(features[:self.roi_extractor.num_inputs], bbox2roi(list(bboxes)))

    def forward(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """Add `embeds` to the detections of one frame."""
        maps = tuple(level[None] for level in frame.features['neck'])
        return frame, detections.replace(embeds=self.embed(maps, [detections.bboxes]).float())

    def loss(self, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Match every key frame's positive regions with the objects of each other frame of its clip.

        Args:
            trained: What the detector trained on: N * T frames.
            clips: N clips of T frames.

        Returns:
            `loss_match`, the mean over all pairs of a key frame and another one.
        """
        pairs, start = [], 0
        for clip in clips:
            frames = range(start, start + len(clip))
            pairs += [(key, other) for key in frames for other in frames
                      if other != key and trained.regions[key] is not None]
            start += len(clip)
        if not pairs:
            raise ValueError('RoIEmbedder: clips of one frame have nothing to compare; use the clip sampler RandomPair')
        queries = [regions[regions.ious >= self.positive_iou] if regions is not None else None
                   for regions in trained.regions]
        others = {other for _, other in pairs}
        boxes = [[] if query is None else [query.bboxes] for query in queries]
        boxes = [torch.cat([*parts, truth.bboxes[:len(truth) if index in others else 0]])
                 for index, (parts, truth) in enumerate(zip(boxes, trained.objects, strict=True))]
        embeds = self.embed(trained.features['neck'], boxes).split([len(part) for part in boxes])
        counts = [0 if query is None else len(query) for query in queries]
        losses = [self.loss_match(embeds[key][:counts[key]], embeds[other][counts[other]:], queries[key].ids,
                                  trained.objects[other].ids) for key, other in pairs]
        return {'loss_match': torch.stack(losses).mean()}
