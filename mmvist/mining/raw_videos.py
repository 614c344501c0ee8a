"""The videos that are mined: files, or folders of images, whose frames become numbered images."""

import glob
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmvist.io.frames import image_files, in_natural_order, open_frames
from mmvist.io.image import read_image

VIDEO_SUFFIXES = ('.avi', '.flv', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.mts', '.ts', '.webm', '.wmv')
# High enough that no detector minds.
JPEG_FLAGS = (cv2.IMWRITE_JPEG_QUALITY, 95)
# How the camera was held stands in here, if anywhere.
EXIF, EXIF_WITHIN = b'Exif\x00\x00', 1 << 16


@dataclass(frozen=True)
class RawVideo:
    """A video as its owner has it.

    Attributes:
        name: What it is called in the annotations, one word.
        source: Its file, or the folder of its images.
    """

    name: str
    source: Path

    def signature(self) -> dict[str, Any]:
        """What tells whether the source is still the same: place, and sizes and times of its files."""
        files = image_files(self.source) if self.source.is_dir() else [self.source]
        return {'source': str(self.source.absolute()), 'files': [[file.name, *_size_and_time(file)] for file in files]}

    def fps(self) -> float | None:
        """Frames a second; `None` where that is not known, as of images."""
        return None if self.source.is_dir() else open_frames(self.source).video.fps


def find_videos(sources: Sequence[str | Path]) -> list[RawVideo]:
    """Find videos by their files and folders, in natural order.

    A video is called as its file or folder is, with `_` for blanks, or as `NAME=` before its path says.

    Args:
        sources: Video files; folders of images, one video each; and folders of such files and folders.

    Raises:
        FileNotFoundError: There is no such file or folder, or no video in it.
        ValueError: Two videos have one name, a name cannot be a file's, or a folder holds both images and videos.
    """
    videos = [video for source in sources for video in _named_videos(source)]
    names = Counter(video.name for video in videos)
    twice = [str(video.source) for video in videos if names[video.name] > 1]
    if twice:
        raise ValueError(f'videos are told apart by their names, but these have one in common: {", ".join(twice)}; '
                         'name them, NAME=PATH')
    odd = [video.name for video in videos
           if not video.name.isprintable() or video.name[:1] in ('', '.') or set('/\\') & set(video.name)]
    if odd:
        raise ValueError(f'names of videos must be names of files, got {odd}; name them otherwise, NAME=PATH')
    return videos


def _named_videos(source: str | Path) -> Iterator[RawVideo]:
    name, equals, path = str(source).partition('=')
    if not equals or os.path.exists(source):
        yield from _videos_at(Path(source))
        return
    videos = list(_videos_at(Path(path)))
    if len(videos) != 1 or videos[0].source != Path(path):
        raise ValueError(f'{source}: {path} must be one video to have a name, got {len(videos)} videos in it')
    yield RawVideo(_word(name), Path(path))


def _videos_at(source: Path) -> Iterator[RawVideo]:
    if source.is_file():
        yield RawVideo(_word(source.stem), source)
        return
    if not source.is_dir():
        raise FileNotFoundError(f'{source}: no such video or folder')
    inside = in_natural_order(path for path in source.iterdir() if not path.name.startswith('.'))
    films = [path for path in inside if path.suffix.lower() in VIDEO_SUFFIXES]
    images = image_files(source)
    if images and films:
        raise ValueError(f'{source}: must hold either the images of one video or videos, got both, such as '
                         f'{images[0].name} and {films[0].name}')
    if images:
        # Not what a link leads to.
        yield RawVideo(_word(source.absolute().name), source)
        return
    videos = [path for path in inside if path in films or path.is_dir() and image_files(path)]
    if not videos:
        raise FileNotFoundError(f'{source}: neither images in it, nor video files ({", ".join(VIDEO_SUFFIXES)}), nor '
                                'folders of images')
    for path in videos:
        yield RawVideo(_word(path.stem if path.is_file() else path.name), path)


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        # A link that leads nowhere; reading it tells.
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def _word(name: str) -> str:
    return '_'.join(name.split())


def store_images(video: RawVideo, folder: Path) -> None:
    """Make the frames of a video a folder of images that are numbered from 0; it is there whole or not at all.

    Images are linked, which takes no space, and copied where they cannot be; those that are to be turned are, as
    training reads pixels as they are stored. Frames of a film become JPEGs.

    Args:
        video: The video.
        folder: The folder to make.

    Raises:
        ValueError: A frame cannot be decoded.
    """
    # Of a run that was killed.
    for left in folder.parent.glob(f'.{glob.escape(folder.name)}.*.tmp'):
        shutil.rmtree(left)
    building = folder.with_name(f'.{folder.name}.{os.getpid()}.tmp')
    building.mkdir(parents=True)
    try:
        if video.source.is_dir():
            for frame, path in enumerate(image_files(video.source)):
                _store_image(path.resolve(), building / f'{frame:06d}{path.suffix.lower()}')
        else:
            for frame, image in open_frames(video.source).numbered():
                _write_jpeg(image, building / f'{frame:06d}.jpg')
        os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _store_image(path: Path, target: Path) -> None:
    with path.open('rb') as file:
        has_exif = EXIF in file.read(EXIF_WITHIN)
    if has_exif:
        upright, stored = read_image(path), read_image(path, upright=False)
        if not np.array_equal(upright, stored):
            _write_jpeg(upright, target.with_suffix('.jpg'))
            return
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _write_jpeg(image: np.ndarray, path: Path) -> None:
    path.write_bytes(cv2.imencode('.jpg', image, JPEG_FLAGS)[1].tobytes())
