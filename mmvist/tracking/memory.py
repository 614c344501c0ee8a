"""Memories: what a track keeps of the detections it was given.

`start` makes tracks of detections, row by row; `update` gives tracks one more detection each, row by row.
"""

from collections.abc import Sequence

import torch

from mmvist.registry import TASK_UTILS
from mmvist.structures.instances import Instances
from mmvist.tracking.gallery import Gallery

COLUMNS = ('bboxes', 'labels', 'embeds')


@TASK_UTILS.register_module()
class LatestMemory:
    """A track looks like its last detection.

    Args:
        columns: What is kept, as far as detections have it.
        frozen: Columns that stay as they were when the track was born. MaskTrack R-CNN's paper replaces the label with
            every match, its code freezes it: `frozen=['labels']`.
    """

    def __init__(self, columns: Sequence[str] = COLUMNS, frozen: Sequence[str] = ()) -> None:
        unknown = set(frozen) - set(columns)
        if unknown:
            raise ValueError(f'LatestMemory: frozen must be among columns {list(columns)}, got {sorted(unknown)}')
        self.columns, self.frozen = tuple(columns), tuple(frozen)

    def start(self, detections: Instances) -> Instances:
        """Tracks (N) of detections (N)."""
        return detections.only([name for name in self.columns if name in detections])

    def update(self, tracks: Instances, detections: Instances) -> Instances:
        """Tracks (N) after one more detection each."""
        latest = self.start(detections)
        return latest.replace(**{name: getattr(tracks, name) for name in self.frozen}) if self.frozen else latest


@TASK_UTILS.register_module()
class MomentumMemory:
    """A track's embedding is the moving average of its detections'; the rest is the last detection's.

    Args:
        momentum: Share of the average so far, in 0..1; the new embedding has the rest.
        columns: What is kept beside the embedding.
    """

    def __init__(self, momentum: float, columns: Sequence[str] = COLUMNS[:-1]) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f'MomentumMemory: momentum must lie in 0..1 and below 1, got {momentum}')
        self.momentum, self.columns = momentum, tuple(columns)

    def start(self, detections: Instances) -> Instances:
        """Tracks (N) of detections (N)."""
        return detections.only([*self.columns, 'embeds'])

    def update(self, tracks: Instances, detections: Instances) -> Instances:
        """Tracks (N) after one more detection each."""
        embeds = torch.lerp(detections.embeds.to(tracks.embeds), tracks.embeds, self.momentum)
        return self.start(detections).replace(embeds=embeds)


@TASK_UTILS.register_module()
class GalleryMemory:
    """A track keeps the embeddings of its last detections, and is as far from a detection as the nearest of them.

    DeepSORT's appearance memory (Wojke et al. 2017, section 2.2).

    Args:
        budget: Most embeddings a track keeps; the oldest goes first.
        columns: What is kept of the last detection beside.
    """

    def __init__(self, budget: int, columns: Sequence[str] = COLUMNS[:-1]) -> None:
        if budget < 1:
            raise ValueError(f'GalleryMemory: budget must be at least 1, got {budget}')
        self.budget, self.columns = budget, tuple(columns)

    def start(self, detections: Instances) -> Instances:
        """Tracks (N) of detections (N)."""
        return detections.only(self.columns).replace(gallery=Gallery.of(detections.embeds))

    def update(self, tracks: Instances, detections: Instances) -> Instances:
        """Tracks (N) after one more detection each."""
        gallery = tracks.gallery.added(detections.embeds, self.budget)
        return detections.only(self.columns).replace(gallery=gallery)
