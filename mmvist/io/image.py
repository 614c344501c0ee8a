"""One image: from a file, or checked where it comes in as an array."""

from pathlib import Path

import cv2
import numpy as np

from mmvist.io.png_header import MAX_LABEL_PIXELS, PNG_HEADER, PNG_SIGNATURE


def read_image(path: str | Path, upright: bool = True) -> np.ndarray:
    """Decode an image to (H, W, 3) uint8 BGR.

    Args:
        path: The file.
        upright: Turn it as the camera was held (EXIF); data sets are annotated on the pixels as stored.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not an image, or is cut short.
    """
    data = np.fromfile(path, np.uint8)
    try:
        flags = cv2.IMREAD_COLOR if upright else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        image = cv2.imdecode(data, flags) if len(data) else None
    except cv2.error:
        image = None
    if image is None:
        raise ValueError(f'{path}: not an image that can be decoded ({len(data)} bytes)')
    return image


def decode_png(data: bytes) -> np.ndarray:
    """Decode a PNG of labels to (H, W) or (H, W, C), channels in OpenCV's order, with the bits it has.

    Raises:
        ValueError: It is not a PNG, is cut short, or has more than 2 ** 27 pixels.
    """
    signature, width, height, *_ = PNG_HEADER.unpack(data[:PNG_HEADER.size].ljust(PNG_HEADER.size, b'\0'))
    image = None
    if signature == PNG_SIGNATURE:
        if width * height > MAX_LABEL_PIXELS:
            raise ValueError(f'an image of {height} x {width} has more than {MAX_LABEL_PIXELS} pixels')
        try:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        except cv2.error:
            image = None
    if image is None:
        raise ValueError(f'not an image, or cut short ({len(data)} bytes)')
    return image


def check_image(image: np.ndarray, place: str) -> None:
    """Raise TypeError or ValueError, naming the place, unless the image is an array (H, W, 3) uint8."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f'{place}: must be a numpy array, got {type(image).__name__}')
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f'{place}: must be (H, W, 3) uint8, got {image.shape} {image.dtype}')
