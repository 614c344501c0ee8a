"""A mask as it is drawn: its window of pixels and its contour."""

from typing import NamedTuple

import cv2
import numpy as np

from mmvist.structures import rle

# Half the number of mask pixels averaged along a contour, so that a line does not climb them one by one.
SMOOTHING = 2
# Fractional bits of OpenCV's drawing coordinates.
SHIFT = 4


class Outline(NamedTuple):
    """One mask at the size of the image.

    Attributes:
        inside: (h, w) uint8, 1 inside; the mask's window.
        top: Row of the window's first row in the image.
        left: Column of the window's first column in the image.
        enlargement: Pixels of the image to one of the mask.
    """

    inside: np.ndarray
    top: int
    left: int
    enlargement: int

    def window(self, image: np.ndarray) -> np.ndarray:
        """The pixels of the image under the window, as a view."""
        height, width = self.inside.shape
        return image[self.top:self.top + height, self.left:self.left + width]

    def contours(self) -> list[np.ndarray]:
        """Smoothed contours, of holes too, each (P, 2) float64 xy in pixels of the image."""
        found, _ = cv2.findContours(cv2.copyMakeBorder(self.inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.RETR_CCOMP,
                                    cv2.CHAIN_APPROX_NONE)
        half = SMOOTHING * self.enlargement
        # The border of one pixel moved everything.
        corner = (self.left - 1, self.top - 1)
        return [_smoothed(points.reshape(-1, 2).astype(np.float64), half) + corner for points in found]


def outline(counts: bytes, height: int, width: int, enlargement: int = 1) -> Outline | None:
    """Decode a mask inside its box only, at a cost of the box's columns; `None` when it is empty.

    Args:
        counts: COCO counts.
        height: Rows of the mask.
        width: Columns of the mask.
        enlargement: Whole factor by which the image is larger than the mask.
    """
    left, top, right, bottom = rle.bboxes([counts], height, width)[0].astype(int)
    if right == left:
        return None
    # Runs are column-major: those of the box's columns alone are laid out, and the rows cut from them.
    ends = np.clip(np.cumsum(rle.run_lengths(counts)) - left * height, 0, (right - left) * height)
    filling = np.zeros(len(ends), np.uint8)
    filling[1::2] = 1
    columns = np.repeat(filling, np.diff(ends, prepend=0)).reshape(right - left, -1)
    inside = np.ascontiguousarray(columns[:, top:bottom].T)
    if enlargement > 1:
        # Interpolated and cut at one half, an enlarged edge is a line and not a staircase.
        inside = cv2.resize(inside * np.uint8(255), None, fx=enlargement, fy=enlargement, interpolation=cv2.INTER_CUBIC)
        inside = (inside > 127).astype(np.uint8)
    return Outline(inside, int(top) * enlargement, int(left) * enlargement, enlargement)


def box_contour(bbox: np.ndarray) -> np.ndarray:
    """Corners (4, 2) of the outermost whole pixels of a box xyxy, so that its lines are crisp."""
    left, top, right, bottom = np.round(bbox) - (0, 0, 1, 1)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def draw_contours(image: np.ndarray, contours: list[np.ndarray], colour: tuple[int, int, int], width: int) -> None:
    """Draw closed contours into the image itself."""
    points = [np.round(contour * (1 << SHIFT)).astype(np.int32) for contour in contours]
    cv2.polylines(image, points, True, colour, width, cv2.LINE_AA, SHIFT)


def _smoothed(points: np.ndarray, half: int) -> np.ndarray:
    """Mean of points and their neighbours, `half` on each side; a contour that is not much longer stays as it is."""
    count = 2 * half + 1
    if len(points) < 3 * count:
        return points
    sums = np.cumsum(np.concatenate([np.zeros((1, 2)), points[-half:], points, points[:half]]), axis=0)
    # Neighbouring means hardly differ, and drawing costs by the point.
    return (sums[count::2 * half] - sums[:-count:2 * half]) / count
