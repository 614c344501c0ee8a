"""The embedder of MOTSNet: features under a region's mask, and a head that makes them comparable."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from mmdet.structures import TrackDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.models.detectors import DetectorLoss, frames_in
from mmvist.models.layers.mask_pooling import box_pooling, mask_pooling
from mmvist.models.layers.tracking_head import TrackingHead
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances

POOLINGS = ('mask', 'box')


@MODELS.register_module()
class MaskPoolEmbedder(BaseModule):
    """Embeds a region by the mean of its features under its mask (MOTSNet, Porzi et al. 2020, 4.1).

    In training the mask is that of the object it was matched with, in testing the one predicted.

    Args:
        roi_extractor: Config of the RoI extractor.
        head: Arguments of `TrackingHead`; `None` compares the pooled features themselves, at unit length, and trains
            nothing (the paper's rows without TH).
        loss: Config of the loss over all positive regions of the clips; goes with the head.
        pooling: 'mask', or 'box' for the mean over the whole box (the paper's AVEBOX).
        min_presence: A track trains if more than this share of a clip's frames show it, below 1. The paper has 0.5
            where tracks were mined and may be parts of one object; two that are seen that long meet in some frame.
        init_cfg: Initial weights.
    """

    def __init__(self, roi_extractor: dict, head: Mapping | None = None, loss: dict | None = None,
                 pooling: str = 'mask', min_presence: float = 0.0, init_cfg: dict | None = None) -> None:
        if pooling not in POOLINGS:
            raise ValueError(f'MaskPoolEmbedder: pooling must be one of {POOLINGS}, got {pooling!r}')
        if (head is None) != (loss is None):
            raise ValueError('MaskPoolEmbedder: head and loss go together, got '
                             f'{"a loss without a head" if head is None else "a head without a loss"}')
        if not 0 <= min_presence < 1:
            raise ValueError(f'MaskPoolEmbedder: min_presence must lie in 0..1, without 1, got {min_presence}')
        super().__init__(init_cfg=init_cfg)
        self.roi_extractor = MODELS.build(roi_extractor)
        self.head = None if head is None else TrackingHead(**head)
        self.loss_track = None if loss is None else MODELS.build(loss)
        self.pooling, self.min_presence = pooling, min_presence

    def forward(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """Add `embeds` of unit length to the detections of one frame."""
        maps = tuple(level[None] for level in frame.features['neck'])
        return frame, detections.replace(embeds=self.embed(maps, [detections.bboxes], detections, frame.scale))

    def embed(self, features: tuple[Tensor, ...], bboxes: Sequence[Tensor], regions: Instances,
              scale: tuple[float, float] = (1.0, 1.0)) -> Tensor:
        """Embed regions.

        Args:
            features: Feature maps (B, C, h, w).
            bboxes: B tensors (R_b, 4), xyxy in pixels of the network input.
            regions: The same boxes, image by image, with labels and masks.
            scale: Pixels of the network input per pixel of the masks, where they are pixels, (x, y).

        Returns:
            (sum R_b, E) float32, of unit length.
        """
        maps = self.roi_extractor(features[:self.roi_extractor.num_inputs], bbox2roi(list(bboxes)))
        if self.pooling == 'box':
            pooled = box_pooling(maps)
        else:
            pooled = mask_pooling(maps, self._coverage(regions, maps, scale))
        return F.normalize(pooled.float()) if self.head is None else self.head(pooled, regions.labels)

    def loss(self, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Compare the positive regions of all key frames of a clip.

        Args:
            trained: What the detector trained on: N * T frames.
            clips: N clips of T frames.

        Returns:
            `loss_track`, or nothing without a head.
        """
        if self.head is None:
            return {}
        regions, origins = trained.key_regions(clips)
        boxes = [objects.bboxes[:0] if some is None else some.bboxes
                 for some, objects in zip(trained.regions, trained.objects, strict=True)]
        embeds = self.embed(trained.features['neck'], boxes, regions)
        compared = embeds, regions.labels, regions.ids, origins
        if self.min_presence > 0:
            lasting = self._lasting(regions.ids, origins[:, 0], trained, clips)
            compared = tuple(column[lasting] for column in compared)
        return {'loss_track': self.loss_track(*compared)}

    def _coverage(self, regions: Instances, maps: Tensor, scale: tuple[float, float]) -> Tensor:
        if 'masks' not in regions:
            raise ValueError('MaskPoolEmbedder needs the column masks, which this detector does not give; it gives '
                             f'{", ".join(regions.columns)}. Use pooling="box"')
        return regions.masks.coverage(regions.bboxes, scale, maps.shape[-2:])

    def _lasting(self, ids: Tensor, of_clip: Tensor, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> Tensor:
        """Which regions (R,) are of tracks that are long enough."""
        shown, lengths, start = [], [], 0
        for number, clip in enumerate(clips):
            # A short video's clip repeats its last frame.
            frames = {frame.frame: start + t for t, frame in enumerate(frames_in([clip]))}
            shown += [torch.stack([torch.full_like(found.ids, number), found.ids])
                      for found in (trained.objects[place] for place in frames.values())]
            lengths.append(len(frames))
            start += len(clip)
        shown = torch.cat(shown, dim=1)
        frames_shown = ((of_clip[:, None] == shown[0]) & (ids[:, None] == shown[1])).sum(dim=1)
        return frames_shown > self.min_presence * torch.tensor(lengths, device=ids.device)[of_clip]
