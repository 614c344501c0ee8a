"""Trails: where the tracks came from."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import SHIFT


@DRAWINGS.register_module()
class DrawTrails:
    """Draws the path of each instance's foot, the middle of its box's lower edge, fading into the past.

    Args:
        length: Frames a trail reaches back, at least 1.

    Raises:
        ValueError: The length is less than 1.
    """

    def __init__(self, length: int = 20) -> None:
        if length < 1:
            raise ValueError(f'DrawTrails: length must be at least 1, got {length}')
        self.length = length

    def remember(self, past: Sequence[FrameResult] | None, result: FrameResult) -> tuple[FrameResult, ...]:
        """The results that trails reach back to, without the frames' features, which are large."""
        return (*(past or ()), replace(result, features={}))[-self.length - 1:]

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             past: Sequence[FrameResult] | None = None) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the trails of its tracks through the frames up to this one."""
        drawn, factor, width = image.copy(), enlargement(image, result.video), line_width(image)
        paths: dict[int, list[tuple[float, float, int]]] = {track: [] for track in result.ids.tolist()}
        for frame in past or (result,):
            age = result.frame - frame.frame
            if age <= self.length:
                for track, (left, _, right, bottom) in zip(frame.ids.tolist(), frame.bboxes.tolist(), strict=True):
                    if track in paths:
                        paths[track].append(((left + right) / 2, bottom, age))
        for track, path in paths.items():
            steps = np.array(path)
            _draw_trail(drawn, factor * steps[:, :2], 1 - steps[:, 2] / (self.length + 1), colour(track), width)
        return drawn


def _draw_trail(image: np.ndarray, feet: np.ndarray, opacities: np.ndarray, track_colour: tuple[int, int, int],
                width: int) -> None:
    """Draw a path (P, 2) xy, oldest first, into the image itself: thin and faint at first, ending in a dot."""
    radius = 2 * width
    low = np.maximum(np.floor(feet.min(0)).astype(int) - radius - 2, 0)
    high = np.ceil(feet.max(0)).astype(int) + radius + 3
    window = image[low[1]:high[1], low[0]:high[0]]
    if not window.size:
        return
    opacity = np.zeros(window.shape[:2], np.uint8)
    points = np.round((feet - low) * (1 << SHIFT)).astype(int).tolist()
    strengths = np.round(255 * opacities).astype(int).tolist()
    for start, end, strength in zip(points[:-1], points[1:], strengths[1:], strict=True):
        cv2.line(opacity, start, end, strength, width if strength < 128 else width + 1, cv2.LINE_AA, SHIFT)
    cv2.circle(opacity, points[-1], radius << SHIFT, 255, cv2.FILLED, cv2.LINE_AA, SHIFT)
    # A trail may cross the whole image, but covers few of its pixels.
    rows, columns = np.divmod(np.flatnonzero(opacity > 0), opacity.shape[1])
    share = opacity[rows, columns, None] / np.float32(255)
    window[rows, columns] = (1 - share) * window[rows, columns] + share * np.array(track_colour, np.float32) + 0.5
