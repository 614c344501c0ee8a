"""The files of one video."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from mmvist.io.cameras import Cameras, write_cameras
from mmvist.io.depth_image import encode_depth
from mmvist.io.json_file import write_json
from mmvist.worlds.config import CLASSES
from mmvist.worlds.video import RenderedVideo

JPEG_FLAGS = (cv2.IMWRITE_JPEG_QUALITY, 92)
PNG_FLAGS = (cv2.IMWRITE_PNG_COMPRESSION, 1)
FLOW_SCALE, FLOW_OFFSET = 64.0, 2 ** 15  # KITTI's flow images


def write_video(video: RenderedVideo, root: Path) -> None:
    """Write the images and the dense and per-object annotations of one video below a world's root."""
    name = video.tracks.video.name
    below = Path(video.split) / name
    _write_images(root / video.split / 'JPEGImages' / name, '.jpg', JPEG_FLAGS, video.images)
    _write_images(root / 'depth' / below, '.png', PNG_FLAGS, map(encode_depth, video.depth))
    for folder, flow, valid in (('flow', video.backward_flow, video.backward_valid),
                                ('flow_forward', video.forward_flow, video.forward_valid)):
        _write_images(root / folder / below, '.png', PNG_FLAGS, map(encode_flow, flow, valid))
    write_cameras(Cameras(video.intrinsics, video.poses), root / 'cameras' / video.split / f'{name}.json')
    write_json({'objects': _objects(video)}, root / 'visibility' / video.split / f'{name}.json')


def encode_flow(flow: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """KITTI's flow image as OpenCV orders it, (H, W, 3) uint16: valid, down * 64 + 2**15, right * 64 + 2**15.

    Where the flow is not valid, or too long for the format (512 pixels), all three are 0.
    """
    right, down = (np.rint(flow[..., axis] * FLOW_SCALE).astype(np.int32) + FLOW_OFFSET for axis in range(2))
    kept = valid & (np.minimum(right, down) >= 0) & (np.maximum(right, down) < 2 ** 16)
    return cv2.merge([(layer * kept).astype(np.uint16) for layer in (np.ones_like(right), down, right)])


def decode_flow(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `encode_flow` stored: flow (H, W, 2) float32, to 1/128 pixel, and where it is valid (H, W) bool."""
    flow = (image[..., 2:0:-1].astype(np.float32) - FLOW_OFFSET) / FLOW_SCALE
    valid = image[..., 0] > 0
    return np.where(valid[..., None], flow, 0), valid


def _write_images(folder: Path, suffix: str, flags: tuple[int, ...], images: Iterable[np.ndarray]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for frame, image in enumerate(images):
        _, encoded = cv2.imencode(suffix, image, flags)
        (folder / f'{frame:05d}{suffix}').write_bytes(encoded.tobytes())


def _objects(video: RenderedVideo) -> list[dict]:
    """One entry an object: how much of it shows in every frame, and where it is."""
    visibility = np.round(video.visibility, 4)
    return [{'id': column + 1, 'category': CLASSES[label], 'looks': int(video.looks[column]),
             'visibility': visibility[:, column].tolist(), 'visible_pixels': video.areas[:, column].tolist(),
             'outline_pixels': video.silhouettes[:, column, 0].tolist(),
             'outline_pixels_in_image': video.silhouettes[:, column, 1].tolist(),
             'path': np.round(video.paths[:, column], 6).tolist()}
            for column, label in enumerate(video.labels.tolist())]
