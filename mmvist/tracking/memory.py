"""Memories: what a track keeps of the detections it was given."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmvist.registry import TASK_UTILS
from mmvist.structures.instances import Instances


@TASK_UTILS.register_module()
class LatestMemory:
    """A track looks like its last detection.

    Args:
        columns: What is kept, as far as detections have it.
        frozen: Columns that stay as they were when the track was born. MaskTrack R-CNN's paper replaces the label with
            every match, its code freezes it: `frozen=['labels']`.
    """

    def __init__(self, columns: Sequence[str] = ('bboxes', 'labels', 'embeds'), frozen: Sequence[str] = ()) -> None:
        unknown = set(frozen) - set(columns)
        if unknown:
            raise ValueError(f'LatestMemory: frozen must be among columns {list(columns)}, got {sorted(unknown)}')
        self.columns, self.frozen = tuple(columns), tuple(frozen)

    def init(self, detections: Instances) -> Instances:
        """No tracks yet, with the columns that those born of such detections will have."""
        return detections[:0].only([name for name in self.columns if name in detections])

    def update(self, tracks: Instances, detections: Instances, source: Tensor) -> Instances:
        """Next frame's tracks.

        Args:
            tracks: T tracks.
            detections: D detections, with the tracks' columns.
            source: (T',) for each track to be, the row of [tracks, detections] it comes from, old tracks first: k for
                track k unmatched, T + d for detection d. T' - T births follow.
        """
        count = len(tracks)
        both = Instances.cat([tracks, detections.only(tracks.columns)])
        updated = both[source]
        if not self.frozen:
            return updated
        kept = both[torch.cat([torch.arange(count, device=source.device), source[count:]])]
        return updated.replace(**{name: getattr(kept, name) for name in self.frozen})
