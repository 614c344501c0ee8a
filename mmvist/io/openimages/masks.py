"""Mask images: one channel, inside where a pixel is not 0."""

from pathlib import Path

import cv2
import numpy as np

from mmvist.io.image import decode_png
from mmvist.structures import rle


def read_mask(path: Path, height: int, width: int) -> bytes:
    """Read a mask and bring it to an image's size, each pixel from the one its centre falls into.

    Args:
        path: PNG of 1 to 8 bits, of any size.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ValueError: It is not such an image, or cut short.
    """
    image = decode_png(path.read_bytes())
    if image.dtype != np.uint8 or image.ndim != 2:
        raise ValueError('must have one channel of up to 8 bits, got '
                         f'{(*image.shape[2:], 1)[0]} of {8 * image.itemsize}')
    if image.shape != (height, width):
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    left, top, columns, rows = cv2.boundingRect(image)
    return rle.encode_crop(image[top:top + rows, left:left + columns] > 0, top, left, height, width)


def write_mask(mask: bytes, height: int, width: int) -> bytes:
    """PNG of one bit a pixel, as the official ones are."""
    image = rle.decode(mask, height, width).astype(np.uint8) * 255
    return cv2.imencode('.png', image, [cv2.IMWRITE_PNG_BILEVEL, 1])[1].tobytes()
