"""Parts drawn one over the other."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import visible

DEFAULT_DRAWINGS = ({'type': 'DrawMasks'}, {'type': 'DrawTrails'}, {'type': 'DrawLabels'})
# Frames smaller than this are enlarged by a whole factor: lines and letters do not get finer than a pixel.
MIN_SIDE = 360


class Drawing(Protocol):
    """A part of an overlay. It keeps nothing between frames and changes none of its arguments.

    Attributes:
        num_past: How many earlier results `draw` looks at.
    """

    num_past: int

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             past: Sequence[FrameResult] = ()) -> np.ndarray:
        """Draw a frame's instances.

        Args:
            image: (H, W, 3) uint8 BGR, a whole multiple of the video's size; not modified.
            result: The instances.
            classes: Class names; labels are indices into them.
            past: Results of earlier frames of the video, oldest first.

        Returns:
            A new image of the same shape.
        """


class Overlay:
    """Draws frames of a video, parts in the order given; remembers as many results as its parts look back at.

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
        self._past: deque[FrameResult] = deque(maxlen=max((part.num_past for part in self.drawings), default=0))

    def reset(self) -> None:
        """Forget the past frames."""
        self._past.clear()

    def draw(self, image: np.ndarray, result: FrameResult) -> np.ndarray:
        """Draw the next frame.

        Args:
            image: (H, W, 3) uint8 BGR of the video's size; not modified.
            result: Its instances.

        Returns:
            A new image, enlarged by a whole factor where the frame is small.
        """
        if self._past and (self._past[-1].video.id != result.video.id or self._past[-1].frame >= result.frame):
            self.reset()
        result = visible(result)
        result = result.with_min_score(self.min_score)
        factor = -(-MIN_SIDE // min(image.shape[:2]))
        drawn = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        for part in self.drawings:
            past = list(self._past)[-part.num_past:] if part.num_past else []
            drawn = part.draw(drawn, result, self.classes, past)
        self._past.append(result)
        return drawn
