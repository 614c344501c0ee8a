"""The videos that are mined: files, or folders of images, whose frames become numbered images."""

import glob
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from mmvist.io.frames import image_files, in_natural_order, open_frames

VIDEO_SUFFIXES = ('.avi', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm')
# High enough that no detector minds.
JPEG_FLAGS = (cv2.IMWRITE_JPEG_QUALITY, 95)


@dataclass(frozen=True)
class RawVideo:
    """A video as its owner has it.

    Attributes:
        name: What it is called in the annotations.
        source: Its file, or the folder of its images.
    """

    name: str
    source: Path


def find_videos(sources: Sequence[str | Path]) -> list[RawVideo]:
    """Find videos by their files and folders, in natural order.

    Args:
        sources: Video files; folders of images, one video each; and folders of such files and folders.

    Raises:
        FileNotFoundError: There is no such file or folder, or no video in it.
        ValueError: Two videos have one name.
    """
    videos = [video for source in map(Path, sources) for video in _videos_at(source)]
    names = Counter(video.name for video in videos)
    twice = [str(video.source) for video in videos if names[video.name] > 1]
    if twice:
        raise ValueError(f'videos are told apart by their names, but these have one in common: {", ".join(twice)}')
    return videos


def _videos_at(source: Path) -> Iterator[RawVideo]:
    if source.is_file():
        yield RawVideo(source.stem, source)
        return
    if not source.is_dir():
        raise FileNotFoundError(f'{source}: no such video or folder')
    if image_files(source):
        yield RawVideo(source.resolve().name, source)
        return
    inside = in_natural_order(path for path in source.iterdir() if not path.name.startswith('.'))
    videos = [path for path in inside if path.suffix.lower() in VIDEO_SUFFIXES or path.is_dir() and image_files(path)]
    if not videos:
        raise FileNotFoundError(f'{source}: neither images in it, nor video files ({", ".join(VIDEO_SUFFIXES)}), nor '
                                'folders of images')
    for path in videos:
        yield RawVideo(path.stem if path.is_file() else path.name, path)


def store_images(video: RawVideo, folder: Path) -> None:
    """Make the frames of a video a folder of images that are numbered from 0; it is there whole or not at all.

    Images are linked, which takes no space, and copied where they cannot be; frames of a file become JPEGs.

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
                _link(path.resolve(), building / f'{frame:06d}{path.suffix.lower()}')
        else:
            for frame, image in open_frames(video.source).numbered():
                _, encoded = cv2.imencode('.jpg', image, JPEG_FLAGS)
                (building / f'{frame:06d}.jpg').write_bytes(encoded.tobytes())
        os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
