"""What a propagator is, and the one that does nothing."""

from typing import Any, Protocol

from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


class Propagator(Protocol):
    """Brings tracks into the present frame, before they are compared with its detections.

    What it knows of a track are columns of the track, which it makes and keeps up; what it knows of the video is a
    state that it hands on.

    Attributes:
        needs_image: Whether `Frame.image` must be there.
    """

    needs_image: bool

    def init(self) -> Any:
        """State before a video's first frame."""

    def predict(self, state: Any, tracks: Instances, frame: Frame) -> tuple[Any, Instances]:
        """The next state, and the tracks (they have `gaps`) where they should be; called once for every frame."""

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """Its columns for tracks born of N detections."""

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """Its columns for N tracks that were matched with N detections, row by row."""


@MODELS.register_module()
class Still:
    """Tracks stay where they were last seen."""

    needs_image = False

    def init(self) -> None:
        """There is no state."""

    def predict(self, state: None, tracks: Instances, frame: Frame) -> tuple[None, Instances]:
        """The tracks as they are."""
        return state, tracks

    def start(self, detections: Instances, frame: Frame) -> dict[str, Any]:
        """No columns."""
        return {}

    def correct(self, tracks: Instances, detections: Instances, frame: Frame) -> dict[str, Any]:
        """No columns."""
        return {}
