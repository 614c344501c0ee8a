"""Frames as Scalabel files list them, put in order."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from mmvist.io.json_file import read_json
from mmvist.io.problems import FormatError, Problems, shown
from mmvist.io.sequences import wanted_ends
from mmvist.structures import Video

# An image of this many pixels squared can still be counted in 32 bits, as pycocotools does.
LARGEST_SIDE = 32767


@dataclass(frozen=True)
class ListedFrame:
    """One frame of a file.

    Attributes:
        place: File and frame, for messages.
        name: Name of its image.
        index: The file's number of the frame; `None` when it states none.
        size: Height and width in pixels, when stated.
        labels: Its objects, unchecked.
    """

    place: str
    name: str
    index: int | None
    size: tuple[int, int] | None
    labels: list


@dataclass(frozen=True)
class Listing:
    """What one file holds.

    Attributes:
        videos: Frames of each video, both in the file's order.
        classes: The file's own classes; `None` when it has BDD100K's.
    """

    videos: dict[str, list[ListedFrame]]
    classes: tuple[str, ...] | None


def read_listing(path: Path, problems: Problems) -> Listing:
    """Read one file; a frame that cannot be used is noted and left out."""
    try:
        data = read_json(path)
    except FormatError as error:
        for line in error.problems:
            problems.add(path.name, line)
        return Listing({}, None)
    config = (data.get('config') or {}) if isinstance(data, dict) else {}
    entries = data.get('frames') if isinstance(data, dict) else data
    if not isinstance(entries, list) or not isinstance(config, dict):
        problems.add(path.name, 'must hold a list of frames, or an object with the list "frames"')
        return Listing({}, None)
    common = _size(config.get('imageSize'), f'{path.name}, config.imageSize', problems)
    videos: dict[str, list[ListedFrame]] = {}
    for position, entry in enumerate(entries):
        place = f'{path.name}, frames[{position}]'
        if not isinstance(entry, dict) or not isinstance(entry.get('name'), str) or not entry['name']:
            problems.add(place, f'must be an object with the name of its image, got {shown(entry)}')
            continue
        place = f'{path.name}, frame {entry["name"]}'
        video = _first(entry, ('videoName', 'video_name'), path.stem)
        index = _first(entry, ('frameIndex', 'index'), None)
        labels = [] if entry.get('labels') is None else entry['labels']
        if not isinstance(video, str):
            problems.add(place, f'videoName must be text, got {shown(video)}')
        elif index is not None and (type(index) is not int or index < 0):
            problems.add(place, f'frameIndex must be a whole number from 0, got {shown(index)}')
        elif not isinstance(labels, list):
            problems.add(place, f'labels must be a list or null, got {type(labels).__name__}')
        else:
            size = _size(entry.get('size'), f'{place}, size', problems) or common
            videos.setdefault(video, []).append(ListedFrame(place, entry['name'], index, size, labels))
    return Listing(videos, _classes(config, path.name, problems))


def _first(entry: dict, keys: Sequence[str], otherwise: Any) -> Any:
    return next((entry[key] for key in keys if entry.get(key) is not None), otherwise)


def _size(size: Any, place: str, problems: Problems) -> tuple[int, int] | None:
    if size is None:
        return None
    values = [size.get(key) for key in ('height', 'width')] if isinstance(size, dict) else []
    if not is_size(values):
        problems.add(place, f'must be {{width, height}}, whole numbers in 1..{LARGEST_SIDE}, got {shown(size)}')
        return None
    return values[0], values[1]


def is_size(values: Any) -> bool:
    """Whether a value is a list of two sides of an image, in pixels."""
    return (isinstance(values, list) and len(values) == 2
            and all(type(value) is int and 0 < value <= LARGEST_SIDE for value in values))


def _classes(config: dict, place: str, problems: Problems) -> tuple[str, ...] | None:
    """Names of the leaves of `config.categories`, a tree."""
    if not config.get('categories'):
        return None
    names, waiting = [], [config['categories']]
    while waiting:
        categories = waiting.pop()
        for position, category in enumerate(categories if isinstance(categories, list) else [None]):
            if not isinstance(category, dict) or not isinstance(category.get('name'), str):
                problems.add(f'{place}, config.categories', f'must be a list of {{name}}, got {shown(categories)}')
                return None
            if category.get('subcategories'):
                waiting += [categories[position + 1:], category['subcategories']]
                break
            names.append(category['name'])
    if len(set(names)) < len(names):
        problems.add(f'{place}, config.categories', f'names occur twice: {names}')
    return tuple(names)


def in_order(video: str, frames: Sequence[ListedFrame], problems: Problems) -> list[ListedFrame]:
    """The frames of a video by index, each with one; where none is stated the file's order counts."""
    if all(frame.index is None for frame in frames):
        frames = [replace(frame, index=index) for index, frame in enumerate(frames)]
    stated = [frame for frame in frames if frame.index is not None]
    for frame in frames:
        if frame.index is None:
            problems.add(frame.place, f'has no frameIndex, other frames of video {video} have one')
    seen: dict[int | str, ListedFrame] = {}
    for frame in stated:
        for key, noun in ((frame.index, 'frameIndex'), (stem(frame.name), 'name')):
            if key in seen:
                problems.add(frame.place, f'video {video} has two frames of {noun} {key!r}, the other is '
                                          f'{seen[key].name}')
            seen[key] = frame
    return sorted(stated, key=lambda frame: frame.index)


def wanted_part(video: str, numbers: Sequence[int], ends: tuple[int, int] | None, problems: Problems) -> slice:
    """The rising frame numbers that lie between two ends, both inclusive; all where no ends are given."""
    if not numbers:
        return slice(0)
    first, last = wanted_ends(video, ends, numbers[0], numbers[-1], problems)
    return slice(bisect_left(numbers, first), bisect_right(numbers, last))


def file_name(video: str, name: str) -> str:
    """Path of an image below the image root."""
    return name if name.startswith(f'{video}/') else f'{video}/{name}'


def frame_names(video: Video, first: int = 1) -> list[str]:
    """Names of a video's images; BDD100K's own way, counted from `first`, where frames are not files."""
    if video.file_names:
        return [name.removeprefix(f'{video.name}/') for name in video.file_names]
    return [f'{video.name}-{number:07d}.jpg' for number in range(first, first + video.length)]


def stem(name: str) -> str:
    """A name without folders and ending: images, bitmasks and results of a frame differ in them."""
    return PurePosixPath(name).stem


def number_of(name: str) -> int | None:
    """The number a name without ending stops with, if any."""
    match = re.search(r'[0-9]+$', name)
    return None if match is None else int(match[0])
