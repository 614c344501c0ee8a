"""A small square picture of one instance."""

from typing import NamedTuple

import cv2
import numpy as np

from mmvist.structures import FrameResult
from mmvist.visualization.colours import colour
from mmvist.visualization.outline import draw_contours, outline

# Part of the box's longer side that is shown around it, and the light left outside the mask.
MARGIN = 0.1
DIMMED = 0.4


class Thumbnail(NamedTuple):
    """An instance cut out, before it is known which track it ends in.

    Attributes:
        picture: (size, size, 3) uint8 BGR, darker outside the mask; black where it reaches beyond the image.
        contours: The mask's, each (P, 2) float64 xy in pixels of the picture.
    """

    picture: np.ndarray
    contours: list[np.ndarray]

    def drawn(self, track: int) -> np.ndarray:
        """A copy of the picture with the contours in a track's colour."""
        picture = self.picture.copy()
        draw_contours(picture, self.contours, colour(track), 1)
        return picture


def thumbnail(image: np.ndarray, result: FrameResult, row: int, size: int) -> Thumbnail:
    """Cut out an instance with some surroundings.

    Args:
        image: (H, W, 3) uint8 BGR of the video's size.
        result: The instances of the frame.
        row: Which of them.
        size: Rows and columns of the picture, in pixels.
    """
    left, top, right, bottom = result.bboxes[row].astype(float)
    side = max(int(np.ceil(max(right - left, bottom - top) * (1 + 2 * MARGIN))), 2)
    x, y = round((left + right - side) / 2), round((top + bottom - side) / 2)
    mask = result.masks[row]
    area = None if mask is None else outline(mask, result.video.height, result.video.width)
    picture = _cut(image, x, y, side)
    if area is not None:
        inside = np.zeros(image.shape[:2], np.uint8)
        area.window(inside)[:] = area.inside
        dimmed = cv2.convertScaleAbs(picture, alpha=DIMMED)
        picture = cv2.copyTo(picture, _cut(inside, x, y, side), dimmed)
    enlarge = size / side
    picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA if enlarge < 1 else cv2.INTER_CUBIC)
    # Pixel centres: 0.5 at both scales.
    contours = [] if area is None else [(contour - (x, y) + 0.5) * enlarge - 0.5 for contour in area.contours()]
    return Thumbnail(picture, contours)


def _cut(image: np.ndarray, x: int, y: int, side: int) -> np.ndarray:
    """The square of an image from column x and row y, zero where it reaches beyond."""
    square = np.zeros((side, side, *image.shape[2:]), np.uint8)
    height, width = image.shape[:2]
    rows, columns = slice(max(y, 0), min(y + side, height)), slice(max(x, 0), min(x + side, width))
    if rows.start < rows.stop and columns.start < columns.stop:
        square[rows.start - y:rows.stop - y, columns.start - x:columns.stop - x] = image[rows, columns]
    return square
