"""Linkers: how the segments of a video become tracks."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mmvist.models.flow import Flow, KeptFlow
from mmvist.registry import MODELS, TASK_UTILS
from mmvist.structures import VideoTracks
from mmvist.structures.detections import VideoDetections
from mmvist.structures.frames import Frame
from mmvist.tracking import FlowWarp, needs_image, replay_with_state


@dataclass(frozen=True, eq=False)
class Linked:
    """The tracks of a video, and how they came about.

    Attributes:
        tracks: One row for each segment that is part of a track, and `ignore` rows for what may be an object.
        refused: How many pairs of segments each rule refused, by the rule's name.
        flow_seconds: What of the time went into optical flow.
    """

    tracks: VideoTracks
    refused: Mapping[str, int] = field(default_factory=dict)
    flow_seconds: float = 0.0


class Linker(Protocol):
    """Makes tracks of segments."""

    def keep_flow(self, root: Path) -> None:
        """Store flow below a folder, and read it where it is there already; nothing for linkers without flow."""

    def link(self, segments: VideoDetections, images: Iterable[np.ndarray]) -> Linked:
        """Link the segments of one video.

        Args:
            segments: Disjoint masks of the mined classes.
            images: (H, W, 3) uint8 BGR of each frame; not read where nothing looks at them.
        """


@TASK_UTILS.register_module()
class TrackerLinker:
    """Links segments from frame to frame by a tracker, as if they were detections (Porzi et al. 2020, section 3.2).

    Args:
        tracker: Config of an `AssociationTracker`.

    Attributes:
        tracker: The tracker.
    """

    def __init__(self, tracker: dict) -> None:
        self.tracker = MODELS.build({**tracker, 'count_refused': True})
        self._timed = None
        if isinstance(self.tracker.propagator, FlowWarp):
            self._timed = self.tracker.propagator.flow = _TimedFlow(self.tracker.propagator.flow)

    def keep_flow(self, root: Path) -> None:
        """Store flow below a folder, and read it where it is there already."""
        if self._timed is not None:
            self._timed.flow = KeptFlow(self._timed.flow, root)

    def link(self, segments: VideoDetections, images: Iterable[np.ndarray]) -> Linked:
        """Link the segments of one video; see `Linker`."""
        before = self._seconds()
        inputs = map(_as_input, images) if needs_image(self.tracker) else None
        tracks, state = replay_with_state(self.tracker, segments, inputs)
        gates = [type(gate).__name__ for stage in self.tracker.stages for gate in stage.gates]
        refused = dict.fromkeys(gates, 0)
        for gate, count in zip(gates, state.refused, strict=True):
            refused[gate] += count
        return Linked(tracks, refused, self._seconds() - before)

    def _seconds(self) -> float:
        return 0.0 if self._timed is None else self._timed.seconds


class _TimedFlow:
    """Flow that adds up how long it took."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.seconds = flow, 0.0

    @property
    def needs_image(self) -> bool:
        return self.flow.needs_image

    def __call__(self, image: Tensor, previous: Tensor, frame: Frame) -> Tensor:
        start = time.perf_counter()
        flow = self.flow(image, previous, frame)
        self.seconds += time.perf_counter() - start
        return flow


def _as_input(image: np.ndarray) -> Tensor:
    """(3, H, W) RGB in 0..255."""
    return torch.from_numpy(np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)))
