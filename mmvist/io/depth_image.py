"""Depth images as KITTI stores them: grey PNG of 16 bits, metres * 256, 0 where nothing is known."""

from pathlib import Path

import numpy as np

from mmvist.io.image import decode_png

DEPTH_SCALE = 256.0


def encode_depth(depth: np.ndarray) -> np.ndarray:
    """KITTI's depth image, (H, W) uint16, of metres (H, W): 0 where nothing is within its 256 metres."""
    code = np.rint(depth * DEPTH_SCALE)
    return np.where(code < 2 ** 16, code, 0).astype(np.uint16)


def read_depth(path: str | Path) -> np.ndarray:
    """Read a depth image.

    Returns:
        (H, W) float32, metres to 1/512; 0 where nothing is known.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no grey PNG of 16 bits, or is cut short.
    """
    try:
        code = decode_png(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from None
    if code.ndim != 2 or code.dtype != np.uint16:
        raise ValueError(f'{path}: must be a grey image of 16 bits, got {code.shape} {code.dtype}')
    return code / np.float32(DEPTH_SCALE)
