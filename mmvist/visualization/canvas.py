"""What there is to draw, and measures that follow from the size of the image drawn on."""

import numpy as np

from mmvist.structures import FrameResult, Video


def enlargement(image: np.ndarray, video: Video) -> int:
    """How many pixels of the image a pixel of the video is wide and high.

    Raises:
        ValueError: It is not one whole number.
    """
    height, width = image.shape[:2]
    factor = height // video.height
    if factor < 1 or (height, width) != (factor * video.height, factor * video.width):
        raise ValueError(f'video {video.name}: the image must be a whole multiple of its frames, {video.height}x'
                         f'{video.width} (HxW), got {height}x{width}')
    return factor


def line_width(image: np.ndarray) -> int:
    """As OpenCV counts it: 1 up to 480 rows, 2 for 720 and 1080, 5 for 2160."""
    return max(1, round(min(image.shape[:2]) / 450))


def visible(result: FrameResult) -> FrameResult:
    """The instances whose box has an area; others have no place to be drawn at."""
    return result.select(np.flatnonzero((result.bboxes[:, 2:] > result.bboxes[:, :2]).all(1)))
