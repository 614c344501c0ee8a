"""The contracts of the three slots, as the segmentor uses them.

State is a value: `step` returns the next state and changes nothing it was given.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from mmdet.structures import TrackDataSample
from torch import Tensor

from mmvist.models.detectors.base import DetectorLoss
from mmvist.structures import TrackSummary
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


class Detector(Protocol):
    """Frames in, detections out.

    Attributes:
        max_chunk: Most frames a `step` takes; `None` takes any number, with results that do not depend on it.
        preprocessor: Config of the preprocessor that it was trained with; only a detector that knows has it.
        predictions: Features of a frame that it makes where its argument `predicts` names them; only a detector that
            makes some on demand has it.
    """

    max_chunk: int | None

    def init(self) -> Any:
        """State before a video's first frame."""

    def step(self, state: Any, frames: Sequence[Frame], tracks: Instances | None
             ) -> tuple[Any, list[tuple[Frame, Instances]]]:
        """Detect in consecutive frames of one video.

        Args:
            state: From `init` or the frames before.
            frames: T >= 1 frames of one size.
            tracks: Instances of the frame before the first of `frames`; `None` before any. With more than one frame, or
                a detector that looks ahead, they are not those of the frame just before.

        Returns:
            The next state, and the frames that are ready, in order, with their features and their detections; fewer
            than T where the detector looks ahead.
        """

    def finish(self, state: Any) -> list[tuple[Frame, Instances]]:
        """Frames held back until the video's end."""

    def loss(self, inputs: Tensor, clips: Sequence[TrackDataSample]) -> DetectorLoss:
        """Train on a batch of N clips, (N, T, 3, H, W) network input; only detectors that learn have it."""


class Embedder(Protocol):
    """Adds what tracks and detections are compared by."""

    def __call__(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """The detections with `embeds`, and the frame, to whose features a descriptor of the whole may be added."""

    def loss(self, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Compare objects across the frames of N clips."""


class Tracker(Protocol):
    """Turns a frame's detections into its instances.

    Attributes:
        needs: Columns of detections that it reads and no file of detections holds; only a tracker that has some has it.
    """

    def init(self) -> Any:
        """State before a video's first frame."""

    def step(self, state: Any, detections: Instances, frame: Frame) -> tuple[Any, Instances]:
        """The next state, and those detections that stay, with `ids` that are unique within the frame."""

    def finish(self, state: Any) -> dict[int, TrackSummary]:
        """Label, score and verdict of every track of the video, by id, and its final id where that was provisional."""

    def loss(self, found: Sequence[Sequence[tuple[Frame, Instances]]], clips: Sequence[TrackDataSample]
             ) -> dict[str, Tensor]:
        """Train on N clips of T frames with what the embedder made of them; only trackers that learn have it."""
