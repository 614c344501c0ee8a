"""The files of one video."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from mmvist.io.cameras import Cameras, write_cameras
from mmvist.io.depth_image import encode_depth
from mmvist.io.flow import encode_flow
from mmvist.io.json_file import write_json
from mmvist.worlds.config import CLASSES
from mmvist.worlds.video import RenderedVideo

JPEG_FLAGS = (cv2.IMWRITE_JPEG_QUALITY, 92)
PNG_FLAGS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def write_video(video: RenderedVideo, root: Path) -> None:
    """Write the images and the dense and per-object annotations of one video below a world's root."""
    name = video.tracks.video.name
    below = Path(video.split) / name
    _write_images(root / video.split / 'JPEGImages' / name, '.jpg', JPEG_FLAGS, video.images)
    _write_images(root / 'depth' / below, '.png', PNG_FLAGS, map(encode_depth, video.depth))
    for folder, flow, known in (('flow', video.backward_flow, video.backward_known),
                                ('flow_forward', video.forward_flow, video.forward_known)):
        _write_images(root / folder / below, '.png', PNG_FLAGS, map(encode_flow, flow, known))
    write_cameras(Cameras(video.intrinsics, video.poses), root / 'cameras' / video.split / f'{name}.json')
    write_json({'objects': _objects(video)}, root / 'visibility' / video.split / f'{name}.json')


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
