"""Tracks reach the present frame by a network that finds their masks in it."""

from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from mmvist.models.osmn.guides import picture
from mmvist.models.osmn.spots import find_spots
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, tight_boxes

# Bounds the memory that many tracks take; results do not depend on it.
AT_ONCE = 16


@MODELS.register_module()
class MaskPropagation(BaseModule):
    """Predicts each track's mask by OSMN (Yang et al. 2018), guided by its first detection and its last mask.

    A track keeps two things: `guides`, how its first detection modulates the network, and `spots`, where its last
    mask was, that of a matched detection or else the predicted one. The network was trained by `OSMNTrainer`, whose
    checkpoints load as they are (`init_cfg` of type 'Pretrained'), and is frozen here.

    Args:
        network: Config of the mask network.
        size: Width and height of the image it looks at, multiples of 16; the frame is stretched to it.
        threshold: Probability from which a pixel is inside. A balanced loss makes objects too large, the more so the
            smaller they are and the shorter the training was.
        init_cfg: Initial weights.
    """

    needs_image = True

    def __init__(self, network: dict, size: tuple[int, int], threshold: float = 0.5, init_cfg: dict | None = None
                 ) -> None:
        super().__init__(init_cfg=init_cfg)
        if len(size) != 2 or min(size) < 16 or any(side % 16 for side in size):
            raise ValueError(f'MaskPropagation: size must be (width, height), multiples of 16, got {tuple(size)}')
        self.network = MODELS.build(network).requires_grad_(False)
        (self.width, self.height), self.threshold = size, threshold

    def init(self) -> None:
        """There is no state but the tracks' columns."""

    def predict(self, state: None, tracks: Instances, frame: Frame) -> tuple[None, Instances]:
        """Tracks with `masks` as predicted, and with `bboxes` and `spots` of them; these stay where a mask is empty."""
        scale = self._scale(frame)
        masks = self.network.segment(self._canvas(frame), tracks.guides, tracks.spots * scale, AT_ONCE)
        inside = masks >= self.threshold
        seen = inside.any(dim=2).any(dim=1)[:, None]
        bboxes = torch.where(seen, (tight_boxes(inside) / scale).to(tracks.bboxes), tracks.bboxes)
        spots = torch.where(seen, find_spots(inside) / scale, tracks.spots)
        whole = masks.new_tensor([0, 0, frame.width, frame.height]).expand(len(masks), 4)
        return state, tracks.replace(bboxes=bboxes, spots=spots, masks=BoxMasks(masks, whole, self.threshold))

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """`guides` and `spots` of tracks born of N detections."""
        image, masks = self._canvas(frame), self._masks(detections, frame)
        pictures = picture(image.expand(len(masks), -1, -1, -1), masks, self.network.guide_size)
        return {'guides': self.network.visual(pictures), 'spots': find_spots(masks) / self._scale(frame)}

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """`spots` of the detections; the guides stay those of the first."""
        return {'guides': tracks.guides, 'spots': find_spots(self._masks(detections, frame)) / self._scale(frame)}

    def _canvas(self, frame: Frame) -> Tensor:
        """The image without its padding, (3, height, width)."""
        image = frame.image[None, :, :frame.height, :frame.width]
        if image.shape[-2:] == (self.height, self.width):
            return image[0]
        return F.interpolate(image, (self.height, self.width), mode='bilinear', align_corners=False, antialias=True)[0]

    def _scale(self, frame: Frame) -> Tensor:
        """Canvas pixels per network pixel, (4,) for x, y, x, y."""
        return frame.image.new_tensor([self.width / frame.width, self.height / frame.height]).repeat(2)

    def _masks(self, detections: Instances, frame: Frame) -> Tensor:
        """Masks of detections on the canvas, (N, height, width) bool; the box where a mask is empty."""
        ratio = self.width / frame.width, self.height / frame.height
        masks = detections.masks.on_canvas(ratio, self.height, self.width).to(frame.image.device)
        boxes = _filled(detections.bboxes * self._scale(frame), self.height, self.width)
        return torch.where(masks.any(dim=2).any(dim=1)[:, None, None], masks, boxes)


def _filled(bboxes: Tensor, height: int, width: int) -> Tensor:
    """Masks (N, height, width) bool of the pixels whose centres lie in boxes (N, 4)."""
    left, top, right, bottom = bboxes[..., None].unbind(1)
    columns, rows = (torch.arange(size, device=bboxes.device) + 0.5 for size in (width, height))
    return ((rows >= top) & (rows < bottom))[:, :, None] & ((columns >= left) & (columns < right))[:, None]
