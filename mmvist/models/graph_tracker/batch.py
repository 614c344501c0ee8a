"""Frames of several videos side by side, and what is known of their tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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
        places: (B, N, 4), the same in -1..1 of the image.
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


@dataclass(frozen=True, eq=False)
class Slots:
    """Tracks of B videos in M slots; never modified.

    Attributes:
        used: (B, M) bool, whether there is a track.
        active: (B, M) bool, whether it has a detection in the last frame.
        ids: (B, M) int64.
        idle: (B, M) int64, frames since its last detection.
        next_ids: (B,) int64, of the next track of each video.
        embeds: (B, M, D), zero where unused.
        cells: (B, M, D), of the recurrent connection.
        empty: (B, 1, D), embedding of the empty track.
        empty_cells: (B, 1, D).
        bboxes: (B, M, 4) xyxy, in pixels of the network input; a track's cue of place.
        appearance: State of the appearance model.
        evidence: State of the scoring.
        logits: (B, M, K + 1), class logits of the last frame.
    """

    used: Tensor
    active: Tensor
    ids: Tensor
    idle: Tensor
    next_ids: Tensor
    embeds: Tensor
    cells: Tensor
    empty: Tensor
    empty_cells: Tensor
    bboxes: Tensor
    appearance: Any
    evidence: Any
    logits: Tensor


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
    halves = bboxes.new_tensor([[frame.width, frame.height] * 2 for frame, _ in found])[:, None] / 2
    has_looks = all('embeds' in detections for _, detections in found)
    return FoundBatch(
        torch.arange(most, device=device) < counts[:, None], column('logits'), column('scores'), bboxes,
        bboxes / halves - 1, column('embeds') if has_looks else None,
        torch.stack([frame.features['appearance'][0].float().flatten()[None] for frame, _ in found])
        if has_looks else None,
        filled([detections.masks.logits for _, detections in found]),
        filled([detections.masks.box_masks() for _, detections in found]))
