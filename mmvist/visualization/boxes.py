"""Boxes."""

from collections.abc import Sequence

import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import box_contour, draw_contours


@DRAWINGS.register_module()
class DrawBoxes:
    """Draws the frame of each box in its track's colour."""

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str], memory: None = None
             ) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the boxes."""
        drawn, width = image.copy(), line_width(image)
        bboxes = result.bboxes * enlargement(image, result.video)
        for track, bbox in zip(result.ids.tolist(), bboxes, strict=True):
            draw_contours(drawn, [box_contour(bbox)], colour(track), width)
        return drawn
