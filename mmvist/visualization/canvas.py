"""Measures that follow from the size of the image drawn on."""

import numpy as np

from mmvist.structures import Video


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
    """Pixels: 1 up to VGA, 2 for 720p, 3 for 1080p."""
    return max(1, round(min(image.shape[:2]) / 360))
