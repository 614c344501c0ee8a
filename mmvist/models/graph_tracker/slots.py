"""What is known of the tracks of several videos."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor


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
