"""Frames of several videos side by side."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks


class FoundBatch(NamedTuple):
    """Detections of a frame in each of B videos, filled up to N.

    Attributes:
        real: (B, N) bool, which there are.
        logits: (B, N, K + 1), raw value of each class, of the background last.
        scores: (B, N).
        bboxes: (B, N, 4) xyxy, pixels of the network input.
        places: (B, N, 4), the same in -1..1 of the network input, padding included.
        embeds: (B, N, A), appearance; `None` where there is no embedder.
        scene: (B, 1, A), the same of the frame; `None` likewise.
        masks: (B, N, h, w), raw logits.
        inside: (B, N, h, w), 1 inside of the boxes.
    """

    real: Tensor
    logits: Tensor
    scores: Tensor
    bboxes: Tensor
    places: Tensor
    embeds: Tensor | None
    scene: Tensor | None
    masks: Tensor
    inside: Tensor


def gather_found(found: Sequence[tuple[Frame, Instances]]) -> FoundBatch:
    """Put the detections of one frame of each video side by side, in full precision.

    Raises:
        ValueError: Detections lack what the tracker reads.
    """
    for _, detections in found:
        if 'logits' not in detections or not isinstance(getattr(detections, 'masks', None), MapMasks):
            raise ValueError('GraphTracker reads class logits and masks as raw logits of whole frames, which '
                             f'YOLACTDetector gives; these detections have {", ".join(detections.columns)}')
    most = max(len(detections) for _, detections in found)

    def filled(columns: Sequence[Tensor]) -> Tensor:
        rows = [torch.cat([column.float(), column.new_zeros(most - len(column), *column.shape[1:]).float()])
                for column in columns]
        return torch.stack(rows)

    def column(name: str) -> Tensor:
        return filled([getattr(detections, name) for _, detections in found])

    device = found[0][1].labels.device
    counts = torch.tensor([len(detections) for _, detections in found], device=device)
    bboxes = column('bboxes')
    halves = bboxes.new_tensor([[*frame.image.shape[:0:-1]] * 2 for frame, _ in found])[:, None] / 2
    has_looks = all('embeds' in detections for _, detections in found)
    return FoundBatch(
        torch.arange(most, device=device) < counts[:, None], column('logits'), column('scores'), bboxes,
        bboxes / halves - 1, column('embeds') if has_looks else None,
        torch.stack([frame.features['appearance'][0].float().flatten()[None] for frame, _ in found])
        if has_looks else None,
        filled([detections.masks.logits for _, detections in found]),
        filled([detections.masks.box_masks() for _, detections in found]))
