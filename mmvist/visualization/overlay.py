"""Parts drawn one over the other."""

from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import visible

DEFAULT_DRAWINGS = ({'type': 'DrawMasks'}, {'type': 'DrawTrails'}, {'type': 'DrawLabels'})
# Frames smaller than this are enlarged by a whole factor: lines and letters do not get finer than a pixel.
MIN_SIDE = 360


class Drawing(Protocol):
    """A part of an overlay. It changes none of its arguments, and what it knows of earlier frames it is given.

    Attributes:
        features: Names of features of a result that it shows; only a part that shows some has it.
    """

    features: tuple[str, ...]

    def remember(self, memory: Any, result: FrameResult) -> Any:
        """What is to be known of a video with its next frame; only a part that looks back has it.

        Args:
            memory: What was known before; `None` at the first frame.
            result: The frame.

        Returns:
            A value that does not grow with the video's length.
        """

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: Any = None) -> np.ndarray:
        """Draw a frame's instances, or show something else in place of the image.

        Args:
            image: (H, W, 3) uint8 BGR, a whole multiple of the video's size; not modified.
            result: The instances.
            classes: Class names; labels are indices into them.
            memory: What `remember` made of the frames up to this one; `None` knows of no other.

        Returns:
            A new image of the same shape.
        """


class Overlay:
    """Draws frames of a video, parts in the order given, and remembers what they need of earlier frames.

    A result of another video, or one that does not come later than the last, starts afresh.

    Args:
        classes: Class names; labels are indices into them.
        drawings: Configs of the parts.
        min_score: Instances below it are not drawn.
    """

    def __init__(self, classes: Sequence[str], drawings: Sequence[dict] = DEFAULT_DRAWINGS, min_score: float = 0.0
                 ) -> None:
        self.classes, self.min_score = tuple(classes), min_score
        self.drawings: list[Drawing] = [DRAWINGS.build(drawing) for drawing in drawings]
        self.reset()

    def reset(self) -> None:
        """Forget the past frames."""
        self._memories: list[Any] = [None] * len(self.drawings)
        self._last: tuple[int | str, int] | None = None

    def draw(self, image: np.ndarray, result: FrameResult) -> np.ndarray:
        """Draw the next frame.

        Args:
            image: (H, W, 3) uint8 BGR of the video's size; not modified.
            result: Its instances.

        Returns:
            A new image, enlarged by a whole factor where the frame is small.
        """
        here = result.video.id, result.frame
        if self._last is not None and (self._last[0] != here[0] or self._last[1] >= here[1]):
            self.reset()
        self._last = here
        result = visible(result)
        result = result.with_min_score(self.min_score)
        factor = -(-MIN_SIDE // min(image.shape[:2]))
        drawn = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        for index, part in enumerate(self.drawings):
            if hasattr(part, 'remember'):
                self._memories[index] = part.remember(self._memories[index], result)
            drawn = part.draw(drawn, result, self.classes, self._memories[index])
        return drawn
