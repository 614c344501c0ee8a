"""Optical flow on disk: KITTI's images of 16 bits, and Middlebury's `.flo` files."""

from pathlib import Path

import cv2
import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.image import decode_png

# KITTI stores pixels * 64 + 2**15.
SCALE, OFFSET = 64.0, 2 ** 15
# What KITTI's third channel says of a pixel. The last one is ours: any other reader takes it for the second, so that
# one file is what KITTI keeps in two, `flow_occ` and `flow_noc`.
UNKNOWN, SEEN, HIDDEN = 0, 1, 2
FLO_MAGIC = np.float32(202021.25)
# From here on Middlebury's files mean that nothing is known.
FLO_UNKNOWN = 1e9
PNG_FLAGS = (cv2.IMWRITE_PNG_COMPRESSION, 1)
SUFFIXES = ('.png', '.flo')
# Pixels that lead out of any image: what is looked for there is not found. So flow in memory says that it is unknown.
NOWHERE = 1e6


def check_path(owner: str, path: str) -> None:
    """Raise ValueError unless a path can be made of the name of a video and the number of a frame."""
    try:
        path.format(video='video', frame=0)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f'{owner}: a path may use {{video}} and {{frame}}, got {path!r}: {error!r}') from None


def is_known(flow: np.ndarray) -> np.ndarray:
    """Where flow (H, W, 2) is not `NOWHERE`, (H, W) bool."""
    return np.abs(flow).max(axis=-1) < NOWHERE / 10


def encode_flow(flow: np.ndarray, known: np.ndarray) -> np.ndarray:
    """KITTI's flow image as OpenCV orders it, (H, W, 3) uint16: known, down * 64 + 2**15, right * 64 + 2**15.

    Args:
        flow: (H, W, 2) pixels, (right, down).
        known: (H, W) `UNKNOWN`, `SEEN` or `HIDDEN`; bool stands for the first two. Flow that is too long for the
            format, 512 pixels, becomes unknown.
    """
    right, down = (np.rint(flow[..., axis] * SCALE).astype(np.int32) + OFFSET for axis in range(2))
    fits = (np.minimum(right, down) >= 0) & (np.maximum(right, down) < 2 ** 16)
    known = np.where(fits, known, UNKNOWN).astype(np.uint16)
    return cv2.merge([known, *((layer * (known > 0)).astype(np.uint16) for layer in (down, right))])


def write_flow(flow: np.ndarray, known: np.ndarray, path: str | Path) -> None:
    """Write a flow image, whole or not at all; see `encode_flow`."""
    _, encoded = cv2.imencode('.png', encode_flow(flow, known), PNG_FLAGS)
    with open_atomic(path, 'wb') as file:
        file.write(encoded.tobytes())


def read_flow(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a flow file, `.png` as KITTI's or `.flo` as Middlebury's.

    Returns:
        Flow (H, W, 2) float32 in pixels, (right, down), 0 where nothing is known; and (H, W) uint8, `UNKNOWN`, `SEEN`
        or `HIDDEN`. Files of other programs know no hidden points: what is known is seen.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such file, or is cut short.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f'{path}: flow files end in {" or ".join(SUFFIXES)}')
    data = path.read_bytes()
    try:
        flow, known = (_from_png if path.suffix.lower() == '.png' else _from_flo)(data)
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from None
    return np.where(known[..., None] != UNKNOWN, flow, np.float32(0)), known


def _from_png(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    image = decode_png(data)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint16:
        raise ValueError(f'must be an image of three channels and 16 bits, got {image.shape} {image.dtype}')
    if image[..., 0].max(initial=0) > HIDDEN:
        raise ValueError(f'the third channel must say 0, 1 or 2 of each pixel, got {image[..., 0].max()}')
    return (image[..., 2:0:-1].astype(np.float32) - OFFSET) / SCALE, image[..., 0].astype(np.uint8)


def _from_flo(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    if len(data) < 12 or np.frombuffer(data, '<f4', 1)[0] != FLO_MAGIC:
        raise ValueError(f'not a .flo file ({len(data)} bytes)')
    width, height = np.frombuffer(data, '<i4', 2, offset=4).tolist()
    if min(width, height) < 1 or len(data) != 12 + 8 * width * height:
        raise ValueError(f'says that it is {height}x{width} (HxW), which does not fit {len(data)} bytes')
    flow = np.frombuffer(data, '<f4', offset=12).reshape(height, width, 2)
    # What is not a number is not below anything.
    return flow, (np.abs(flow) < FLO_UNKNOWN).all(axis=2).astype(np.uint8) * np.uint8(SEEN)
