"""The embedder of DeepSORT: a network of its own that looks at each detection's part of the image."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.ops import roi_align
from mmdet.structures import TrackDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.detectors import DetectorLoss, frames_in
from mmvist.models.embedders.identities import Identities
from mmvist.models.losses import CosineSoftmax
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class ReIDEmbedder(BaseModule):
    """Re-identifies objects by unit embeddings of their crops (Wojke et al. 2017, 2.4; Wojke and Bewley 2018).

    It trains by telling all objects of its training set apart, and leaves the detector alone. What tells them apart is
    in its checkpoint, but a model without `identities` has no use for it and passes over it; that model does not train
    the embedder either.

    Args:
        backbone: Config of the backbone; its last map is averaged.
        in_channels: Channels of that map.
        channels: Numbers of an embedding.
        crop_size: Height and width that every crop is brought to, in pixels.
        identities: Arguments of `Identities`, to train; `None` for a network that is trained.
        jitter: Farthest that each edge of a box is moved in training, as a share of the box's side, below a half: the
            boxes of a detector are not as tight as those of the ground truth.
        init_cfg: Initial weights.
    """

    def __init__(self, backbone: dict, in_channels: int, channels: int, crop_size: tuple[int, int],
                 identities: dict | None = None, jitter: float = 0.0, init_cfg: dict | None = None) -> None:
        if not 0 <= jitter < 0.5:
            raise ValueError(f'ReIDEmbedder: jitter must lie in 0..0.5, without 0.5, got {jitter}')
        super().__init__(init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.projection = nn.Linear(in_channels, channels)
        self.crop_size, self.jitter = tuple(crop_size), jitter
        self.identities = None if identities is None else Identities(**identities)
        self.classifier = None if self.identities is None else CosineSoftmax(len(self.identities), channels)
        # Another model's training neither needs its gradients nor may count on them.
        self.requires_grad_(self.identities is not None)
        self.register_load_state_dict_pre_hook(_without_classifier)

    def crop(self, images: Tensor, bboxes: Sequence[Tensor]) -> Tensor:
        """Cut boxes out of images and resize them: bilinear where a box grows, averages of its pixels where it shrinks.

        Args:
            images: (B, 3, H, W) network input.
            bboxes: B tensors (R_b, 4), xyxy in pixels of the network input. Where a box leaves the image by more than a
                pixel stand zeros, the mean colour.

        Returns:
            (sum R_b, 3, *crop_size).
        """
        return roi_align(images, bbox2roi(list(bboxes)), self.crop_size, 1.0, 0, 'avg', True)

    def embed(self, images: Tensor, bboxes: Sequence[Tensor]) -> Tensor:
        """Unit embeddings (sum R_b, channels) of boxes, given image by image; see `crop`."""
        crops = self.crop(images, bboxes)
        if len(crops) == 0:
            return crops.new_zeros(0, self.projection.out_features)
        return F.normalize(self.projection(self.backbone(crops)[-1].mean((2, 3))).float())

    def forward(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """Add `embeds` to the detections of one frame."""
        return frame, detections.replace(embeds=self.embed(frame.image[None], [detections.bboxes]))

    def loss(self, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Tell the objects of all frames apart, key frames or not.

        Args:
            trained: What the detector hands on: N * T frames, with the images themselves as the features `image`.
            clips: N clips of T frames.

        Returns:
            `loss_reid`, or nothing without `identities`.

        Raises:
            ValueError: The detector does not hand on the images, or an object is not among the identities.
        """
        if self.classifier is None:
            return {}
        if 'image' not in trained.features:
            raise ValueError('ReIDEmbedder trains on images, which OracleDetector hands on as the features image; this '
                             f'detector gives {", ".join(trained.features)}')
        images, = trained.features['image']
        videos = [frame.video for frame in frames_in(clips)]
        targets = torch.cat([self.identities.numbers(video, objects.ids)
                             for video, objects in zip(videos, trained.objects, strict=True)])
        if len(targets) == 0:
            return {'loss_reid': 0 * sum(weight.sum() for weight in self.parameters())}
        embeds = self.embed(images, [self._jittered(objects.bboxes) for objects in trained.objects])
        return {'loss_reid': self.classifier(embeds, targets)}

    def _jittered(self, bboxes: Tensor) -> Tensor:
        sides = (bboxes[:, 2:] - bboxes[:, :2]).repeat(1, 2)
        return bboxes + self.jitter * sides * (2 * torch.rand_like(bboxes) - 1)


def _without_classifier(module: ReIDEmbedder, state_dict: dict, prefix: str, *_: Any) -> None:
    if module.classifier is None:
        for key in [key for key in state_dict if key.startswith(f'{prefix}classifier.')]:
            del state_dict[key]
