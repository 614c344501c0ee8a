"""Linkers: how the segments of a video become tracks."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

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


def with_ignored(tracks: VideoTracks, ignored: VideoDetections) -> VideoTracks:
    """Tracks, and segments of the same video that are to be ignored, each a track of its own."""
    first = 1 + int(tracks.ids.max(initial=0))
    rows = [*zip(tracks.frames, tracks.ids, tracks.labels, tracks.scores, tracks.bboxes, tracks.masks, tracks.ignore,
                 strict=True),
            *zip(ignored.frames, first + np.arange(len(ignored)), ignored.labels, ignored.scores, ignored.bboxes,
                 ignored.masks, np.ones(len(ignored), bool), strict=True)]
    return VideoTracks.from_rows(tracks.video, rows, tracks.track_scores)


class Linker(Protocol):
    """Makes tracks of segments."""

    def prepare(self, device: torch.device | str, flow_root: Path | None = None) -> None:
        """Make ready what the linker needs; called once, before the first video.

        Args:
            device: Where networks run, if there are any.
            flow_root: Folder in which optical flow is kept, if it is to be and there is any.
        """

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
        tracker: Config of an `AssociationTracker`. Networks in it begin with the weights that their `init_cfg` names.

    Attributes:
        tracker: The tracker.
    """

    def __init__(self, tracker: dict) -> None:
        self.tracker = MODELS.build({**tracker, 'count_refused': True})
        self._device: torch.device | str = 'cpu'
        self._timed: _TimedFlow | None = None

    def prepare(self, device: torch.device | str, flow_root: Path | None = None) -> None:
        """Load the weights of networks, and see to it that flow is timed and kept; see `Linker`."""
        self._device = device
        self.tracker.init_weights()
        propagator = self.tracker.propagator
        if isinstance(propagator, FlowWarp):
            kept = propagator.flow if flow_root is None else KeptFlow(propagator.flow, flow_root)
            self._timed = propagator.flow = _TimedFlow(kept)
        self.tracker.to(device).eval().requires_grad_(False)

    def link(self, segments: VideoDetections, images: Iterable[np.ndarray]) -> Linked:
        """Link the segments of one video; see `Linker`."""
        before = self._seconds()
        inputs = map(self._as_input, images) if needs_image(self.tracker) else None
        tracks, state = replay_with_state(self.tracker, segments, inputs)
        gates = [type(gate).__name__ for stage in self.tracker.stages for gate in stage.gates]
        refused = dict.fromkeys(gates, 0)
        for gate, count in zip(gates, state.refused, strict=True):
            refused[gate] += count
        return Linked(tracks, refused, self._seconds() - before)

    def _seconds(self) -> float:
        return 0.0 if self._timed is None else self._timed.seconds

    def _as_input(self, image: np.ndarray) -> Tensor:
        """(3, H, W) RGB in 0..255."""
        return torch.from_numpy(np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1))).to(self._device)


class _TimedFlow(nn.Module):
    """Flow that adds up how long it took."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow, self.seconds = flow, 0.0

    @property
    def needs_image(self) -> bool:
        return self.flow.needs_image

    def forward(self, image: Tensor, previous: Tensor, frame: Frame) -> Tensor:
        start = time.perf_counter()
        # On the host: what a GPU has not done yet must not count as nothing.
        flow = self.flow(image, previous, frame).cpu()
        self.seconds += time.perf_counter() - start
        return flow
