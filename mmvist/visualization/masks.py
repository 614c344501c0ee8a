"""Masks as translucent areas with a crisp contour."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import draw_contours, outline


@DRAWINGS.register_module()
class DrawMasks:
    """Fills each mask with its track's colour and draws its contour; contours lie above all areas.

    Args:
        opacity: Share of the colour in an area, in 0..1.

    Raises:
        ValueError: The opacity lies outside.
    """

    num_past = 0

    def __init__(self, opacity: float = 0.45) -> None:
        if not 0 <= opacity <= 1:
            raise ValueError(f'DrawMasks: opacity must lie in 0..1, got {opacity}')
        self.opacity = opacity

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             past: Sequence[FrameResult] = ()) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the masks; an instance without a mask is left out."""
        drawn, video = image.copy(), result.video
        factor, width = enlargement(image, video), line_width(image)
        outlined = []
        for track, mask in zip(result.ids.tolist(), result.masks, strict=True):
            area = None if mask is None else outline(mask, video.height, video.width, factor)
            if area is None:
                continue
            window = area.window(drawn)
            tinted = cv2.addWeighted(window, 1 - self.opacity, np.full_like(window, colour(track)), self.opacity, 0)
            cv2.copyTo(tinted, area.inside, window)
            outlined.append((area, colour(track)))
        for area, track_colour in outlined:
            draw_contours(drawn, area.contours(), track_colour, width)
        return drawn
