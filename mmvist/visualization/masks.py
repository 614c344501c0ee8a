"""Masks as translucent areas with a crisp contour."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import box_contour, draw_contours, outline


@DRAWINGS.register_module()
class DrawMasks:
    """Fills each mask with its track's colour and draws its contour; contours lie above all areas.

    Args:
        opacity: Share of the colour in an area, in 0..1.

    Raises:
        ValueError: The opacity lies outside.
    """

    def __init__(self, opacity: float = 0.45) -> None:
        if not 0 <= opacity <= 1:
            raise ValueError(f'DrawMasks: opacity must lie in 0..1, got {opacity}')
        self.opacity = opacity

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: None = None
             ) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the masks; an instance without a mask shows its box."""
        drawn, video = image.copy(), result.video
        factor, width = enlargement(image, video), line_width(image)
        lines = []
        for track, mask, bbox in zip(result.ids.tolist(), result.masks, result.bboxes * factor, strict=True):
            if mask is None:
                lines.append(([box_contour(bbox)], colour(track)))
                continue
            area = outline(mask, video.height, video.width, factor)
            if area is not None:
                window = area.window(drawn)
                # Three planes merged are several times faster than broadcasting the colour.
                tint = cv2.merge([np.full(area.inside.shape, part, np.uint8) for part in colour(track)])
                cv2.copyTo(cv2.addWeighted(window, 1 - self.opacity, tint, self.opacity, 0), area.inside, window)
                lines.append((area.contours(), colour(track)))
        for contours, track_colour in lines:
            draw_contours(drawn, contours, track_colour, width)
        return drawn
