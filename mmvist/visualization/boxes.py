"""Boxes."""

from collections.abc import Sequence

import cv2
import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.canvas import enlargement, line_width
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import SHIFT


@DRAWINGS.register_module()
class DrawBoxes:
    """Draws the frame of each box in its track's colour."""

    num_past = 0

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             past: Sequence[FrameResult] = ()) -> np.ndarray:
        """A copy of the image (H, W, 3) uint8 BGR with the boxes."""
        drawn = image.copy()
        # Edges lie between pixels, OpenCV's coordinates at their centres.
        edges = result.bboxes * enlargement(image, result.video) - 0.5
        corners = np.round(edges * (1 << SHIFT)).astype(int).tolist()
        for track, (left, top, right, bottom) in zip(result.ids.tolist(), corners, strict=True):
            cv2.rectangle(drawn, (left, top), (right, bottom), colour(track), line_width(image), cv2.LINE_AA, SHIFT)
        return drawn
