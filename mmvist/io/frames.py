"""Frames of a video, one at a time: from a file, images, a camera or arrays."""

import glob
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from mmvist.io.image import check_image, read_image
from mmvist.io.sequences import IMAGE_SUFFIXES
from mmvist.structures import Video

DEFAULT_FPS = 25.0
MAX_FPS = 1000.0
MAX_NAMED = 3

# A frame with the place it comes from, or the error that kept it from coming.
Read = tuple[str, np.ndarray | ValueError | OSError]
Source = int | str | Path | Sequence[str | Path] | Iterable[np.ndarray]


class Frames:
    """The frames of one source; iterating gives (H, W, 3) uint8 BGR arrays and keeps none of them.

    Attributes:
        video: What is known before the last frame: `length` and `file_names` for images and lists; `length` is 0 for
            everything that may end without notice: a camera, an iterator, and a video file, whose header may be wrong.
        fps: Frames a second, 25 where the source does not tell; `video.fps` is `None` then.
        num_expected: Frames to come as far as the source tells, for showing progress; 0 when it does not.
    """

    def __init__(self, video: Video, num_expected: int, read: Callable[[], Iterator[Read]],
                 skip_broken: bool = False) -> None:
        self.video, self.num_expected = video, num_expected
        self.fps = video.fps or DEFAULT_FPS
        self._read, self._skip_broken = read, skip_broken

    def __iter__(self) -> Iterator[np.ndarray]:
        return (image for _, image in self.numbered())

    def numbered(self) -> Iterator[tuple[int, np.ndarray]]:
        """Frames with their index in the source, which leaves gaps where broken frames are skipped.

        Raises:
            ValueError: A frame cannot be decoded, or differs in size from the first; the message names it.
        """
        num_broken, named = 0, []
        try:
            for index, (place, image) in enumerate(self._read()):
                if isinstance(image, Exception):
                    if not self._skip_broken:
                        raise image
                    num_broken += 1
                    named = [*named, place][:MAX_NAMED]
                    continue
                if image.shape[:2] != (self.video.height, self.video.width):
                    raise ValueError(f'{place}: frames must keep the size of the first, {self.video.height}x'
                                     f'{self.video.width} (HxW), got {image.shape[0]}x{image.shape[1]}')
                yield index, image
        finally:
            if num_broken:
                more = ', ...' if num_broken > len(named) else ''
                warnings.warn(f'{self.video.id}: skipped {num_broken} broken frame(s): {", ".join(named)}{more}',
                              stacklevel=2)


def open_frames(source: Source, skip_broken: bool = False) -> Frames:
    """Open a source of frames and decode its first one, to know the size.

    Args:
        source: A video file, an image, a folder of images, a pattern such as `frames/*.png` (both in natural order:
            2 before 10), a list of image paths, a camera's number (also as text) or URL, or an iterable of (H, W, 3)
            uint8 BGR arrays. Cameras and iterators can be read once.
        skip_broken: Leave out images that cannot be decoded, and warn of them at the end, instead of raising an error.
            Inside a video file the decoder itself passes over what is damaged; one that ends early brings a warning.

    Raises:
        FileNotFoundError: There is no such file or folder, or no image in it.
        ValueError: The source cannot be decoded, or has no frame.
    """
    if isinstance(source, int):
        return _open_camera(source)
    if not isinstance(source, str | Path):
        return _open_iterable(source, skip_broken)
    path, text = Path(source), str(source)
    if path.is_dir():
        return _open_images(_images_of(path.iterdir(), text), text, path.resolve().name, skip_broken)
    if path.exists() and path.suffix.lower() in IMAGE_SUFFIXES:
        return _open_images([path], text, path.stem, skip_broken)
    if path.exists():
        return _open_video_file(path)
    if text.isdecimal():
        return _open_camera(int(text))
    if '://' in text:
        return _open_camera(text)
    if glob.has_magic(text):
        return _open_images(_images_of(map(Path, glob.glob(text, recursive=True)), text), text, text, skip_broken)
    raise FileNotFoundError(f'{source}: no such video, folder or image')


def image_files(folder: Path) -> list[Path]:
    """The images of a folder, in natural order; hidden files are none."""
    return in_natural_order(_images(folder.iterdir()))


def in_natural_order(paths: Iterable[Path]) -> list[Path]:
    """Sort paths as one counts: frame2 before frame10."""
    return sorted(paths, key=_natural)


def _images_of(paths: Iterable[Path], source: str) -> list[Path]:
    images = in_natural_order(_images(paths))
    if not images:
        raise FileNotFoundError(f'{source}: no image found; images end in {", ".join(IMAGE_SUFFIXES)}')
    return images


def _images(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.'))


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key that counts."""
    return [(int(part), '') if part.isdecimal() else (-1, part) for part in re.split(r'(\d+)', str(path))]


def _open_images(paths: list[Path], place: str, name: str, skip_broken: bool) -> Frames:
    def read() -> Iterator[Read]:
        for path in paths:
            try:
                yield str(path), read_image(path)
            except (OSError, ValueError) as error:
                yield str(path), error

    height, width = _first(read(), place, skip_broken).shape[:2]
    video = Video(place, name, height, width, len(paths), tuple(map(str, paths)))
    return Frames(video, len(paths), read, skip_broken)


def _open_video_file(path: Path) -> Frames:
    def read() -> Iterator[Read]:
        return _captured(cv2.VideoCapture(str(path)), str(path), num_expected)

    capture = cv2.VideoCapture(str(path))
    num_expected = max(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
    fps = _fps(capture)
    capture.release()
    height, width = _first(read(), str(path)).shape[:2]
    return Frames(Video(str(path), path.stem, height, width, 0, fps=fps), num_expected, read)


def _open_camera(source: int | str) -> Frames:
    name = f'camera {source}' if isinstance(source, int) else source
    capture = cv2.VideoCapture(source)
    return _open_once(_captured(capture, name, 0), name, _fps(capture))


def _open_iterable(source: Iterable, skip_broken: bool) -> Frames:
    if not isinstance(source, Iterable):
        raise TypeError('frames must come from a path, a camera number or an iterable, '
                        f'got {type(source).__name__}')
    if isinstance(source, Iterator):
        return _open_once(_checked(source), 'frames', None)
    if isinstance(source, Sequence) and len(source) and all(isinstance(item, str | Path) for item in source):
        folder = Path(source[0]).parent
        return _open_images([Path(item) for item in source], str(folder), folder.name, skip_broken)
    height, width = _first(_checked(source), 'frames').shape[:2]
    length = len(source) if isinstance(source, Sized) else 0
    return Frames(Video('frames', 'frames', height, width, length), length, lambda: _checked(source))


def _open_once(reads: Iterator[Read], name: str, fps: float | None) -> Frames:
    """Frames that cannot be read again: the first, decoded for its size, is kept for the reader."""
    first = _first(reads, name)
    rest = chain([(f'{name}, frame 0', first)], reads)
    used = False

    def read() -> Iterator[Read]:
        nonlocal used
        if used:
            raise ValueError(f'{name}: these frames can be read once only')
        used = True
        return rest

    return Frames(Video(name, name, *first.shape[:2], 0, fps=fps), 0, read)


def _checked(images: Iterable[np.ndarray]) -> Iterator[Read]:
    for index, image in enumerate(images):
        check_image(image, f'frame {index}')
        yield f'frame {index}', image


def _captured(capture: cv2.VideoCapture, name: str, num_expected: int) -> Iterator[Read]:
    num_read = 0
    try:
        while True:
            arrived, image = capture.read()
            if not arrived:
                break
            yield f'{name}, frame {num_read}', image
            num_read += 1
    finally:
        capture.release()
    # A header may be off by one; a file that was cut short lacks more.
    if 0 < num_read < num_expected - 1:
        warnings.warn(f'{name}: ended after {num_read} of the {num_expected} frames its header names', stacklevel=2)


def _first(reads: Iterator[Read], name: str, skip_broken: bool = False) -> np.ndarray:
    """The first frame that can be decoded."""
    for _, image in reads:
        if not isinstance(image, Exception):
            return image
        if not skip_broken:
            raise image
    raise ValueError(f'{name}: no frame can be read from it')


def _fps(capture: cv2.VideoCapture) -> float | None:
    fps = capture.get(cv2.CAP_PROP_FPS)
    return fps if 0 < fps <= MAX_FPS else None
