"""A MOT sequence's `seqinfo.ini`."""

import configparser
import math
import re
from dataclasses import dataclass
from pathlib import Path

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import Problems, shown
from mmvist.io.sequences import MAX_LENGTH
from mmvist.structures import Video


@dataclass(frozen=True)
class SequenceInfo:
    """What the file says; `None` where it says nothing.

    Attributes:
        length: Number of frames.
        height: Rows of a frame, in pixels.
        width: Columns of a frame, in pixels.
        fps: Frames a second.
        folder: Folder of the images, in that of the sequence.
        suffix: Ending of the images' names, with the dot.
    """

    length: int | None = None
    height: int | None = None
    width: int | None = None
    fps: float | None = None
    folder: str | None = None
    suffix: str | None = None

    def file_names(self, name: str, first: int, last: int) -> tuple[str, ...]:
        """Images of some frames of a sequence, both ends inclusive; none where the file does not tell."""
        if self.folder is None or self.suffix is None:
            return ()
        return tuple(f'{name}/{self.folder}/{number:06d}{self.suffix}' for number in range(first, last + 1))


def read_info(path: Path, problems: Problems) -> SequenceInfo:
    """Read the file; what cannot be used is noted and left out."""
    parser = configparser.ConfigParser(interpolation=None)
    place = f'{path.parent.name}/{path.name}'
    try:
        parser.read_string(path.read_text(encoding='utf-8-sig'))
        stated = dict(parser.items('Sequence'))
    except (configparser.Error, UnicodeDecodeError) as error:
        why = str(error).replace('\n', ' ')
        problems.add(place, f'must be "key=value" lines under [Sequence]: {why}')
        return SequenceInfo()

    def whole(key: str) -> int | None:
        text = stated.get(key.lower())
        if text is None:
            return None
        if re.fullmatch('[0-9]{1,9}', text) is None or not 0 < int(text) <= MAX_LENGTH:
            problems.add(place, f'{key} must be a whole number in 1..{MAX_LENGTH}, got {shown(text)}')
            return None
        return int(text)

    return SequenceInfo(whole('seqLength'), whole('imHeight'), whole('imWidth'),
                        _fps(stated.get('framerate'), place, problems), stated.get('imdir'), stated.get('imext'))


def _fps(text: str | None, place: str, problems: Problems) -> float | None:
    if text is None:
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 0 < fps < math.inf:
        problems.add(place, f'frameRate must be a number above 0, got {shown(text)}')
        return None
    return fps


def write_info(video: Video, path: Path) -> None:
    """Write the file; images are told where they are called as MOT's are, `NAME/FOLDER/000001.jpg`."""
    folder, suffix = _images(video)
    fields = {'name': video.name, 'imDir': folder,
              'frameRate': None if video.fps is None else str(float(video.fps)).removesuffix('.0'),
              'seqLength': video.length, 'imWidth': video.width or None, 'imHeight': video.height or None,
              'imExt': suffix}
    with open_atomic(path) as file:
        file.write('[Sequence]\n')
        file.writelines(f'{key}={value}\n' for key, value in fields.items() if value is not None)


def _images(video: Video) -> tuple[str, str] | tuple[None, None]:
    for name in video.file_names[:1]:
        match = re.fullmatch(re.escape(video.name) + r'/([^/\s]+)/0*1(\.\w+)', name)
        if match is not None and video.file_names == SequenceInfo(folder=match[1], suffix=match[2]).file_names(
                video.name, 1, video.length):
            return match[1], match[2]
    return None, None
