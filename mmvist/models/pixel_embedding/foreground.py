"""Which pixels belong to objects at all."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.io.truth import GroundTruth
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.masks import RLEMasks


@MODELS.register_module()
class ForegroundNetwork(BaseModule):
    """An encoder and a decoder of its own, trained first and then frozen (section 3.2; the authors' code).

    Args:
        encoder: Config of the encoder.
        decoder: Config of the decoder, of two numbers a pixel: background and foreground.
        object_weight: Weight of foreground pixels in the loss; background pixels have 1.
        init_cfg: Initial weights.
    """

    def __init__(self, encoder: dict, decoder: dict, object_weight: float = 10.0, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.encoder, self.decoder = MODELS.build(encoder), MODELS.build({**decoder, 'out_channels': 2})
        self.object_weight = object_weight

    def forward(self, images: Tensor, frames: Sequence[Frame]) -> Tensor:
        """How likely each pixel is one of an object, (B, H, W), of images (B, 3, H, W)."""
        return self.logits(images).softmax(1)[:, 1]

    def logits(self, images: Tensor) -> Tensor:
        """Of background and foreground (B, 2, H, W)."""
        return self.decoder(*self.encoder(images))[0]

    def loss(self, images: Tensor, ids: Tensor, ignored: int) -> Tensor:
        """Cross-entropy, the weighted mean over pixels.

        Args:
            images: (B, 3, H, W).
            ids: (B, H, W) int64, the object of each pixel, negative for none.
            ignored: The value of pixels that do not count.
        """
        targets = torch.where(ids == ignored, -1, (ids >= 0).long())
        logits = self.logits(images)
        return F.cross_entropy(logits.float(), targets, logits.new_tensor([1, self.object_weight], dtype=torch.float32),
                               ignore_index=-1)


@MODELS.register_module()
class OracleForeground:
    """The pixels of the ground truth's objects (Table 3, "GT mask").

    Args:
        ann_file: Annotations of the videos it will see.
        classes: Class names; objects of others are background. `None` takes the file's own.
        format: Format of the annotations.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, ann_file: str, classes: Sequence[str] | None = None, format: str = 'ytvis',
                 seqmap: str | None = None, split: str | None = None) -> None:
        self.truth = GroundTruth(ann_file, classes, format, seqmap, split)

    def __call__(self, images: Tensor, frames: Sequence[Frame]) -> Tensor:
        """See `ForegroundNetwork.forward`."""
        found = torch.zeros_like(images[:, 0])
        for slot, frame in zip(found, frames, strict=True):
            slot[:frame.height, :frame.width] = (true_ids(self.truth, frame) >= 0).to(slot)
        return found


def true_ids(truth: GroundTruth, frame: Frame) -> Tensor:
    """The object of each pixel of a frame's network input without its padding, -1 for none, (h, w) int64."""
    objects = truth.objects(frame.video, frame.index)
    masks = RLEMasks(tuple(objects.masks), frame.video.height, frame.video.width)
    ids = torch.full((frame.height, frame.width), -1)
    for mask, track in zip(masks.on_canvas(frame.scale, frame.height, frame.width), objects.ids.tolist(), strict=True):
        ids[mask] = track
    return ids
