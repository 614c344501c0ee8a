"""The tables of videos and categories, which ground truth and results of YouTube-VIS share."""

from collections.abc import Container, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mmvist.io.problems import FormatError, Problems, shown
from mmvist.io.sequences import MAX_LENGTH, MAX_PIXELS
from mmvist.structures import Video

LARGEST = float(np.finfo(np.float32).max) / 2  # scores and boxes fit 32 bits, corners too
LARGEST_ID = 2 ** 63 - 1
# Of frames a second; a whole number beyond all floats must not reach a division.
FASTEST = 1e6


def entries(data: dict, table: str, problems: Problems, keys: tuple[str, ...]) -> list[tuple[str, dict]]:
    """The usable entries of a table with the place of each; an entry that lacks a key is noted and left out."""
    rows = data.get(table)
    if not isinstance(rows, list):
        problems.add(table, 'missing' if rows is None else f'must be a list, got {type(rows).__name__}')
        return []
    return list(usable(rows, table, problems, keys))


def usable(rows: Iterable, table: str, problems: Problems, keys: tuple[str, ...]) -> Iterator[tuple[str, dict]]:
    """The usable rows of a table, as they come, with the place of each."""
    for index, entry in enumerate(rows):
        place = f'{table}[{index}]'
        if not isinstance(entry, dict):
            problems.add(place, f'must be an object, got {type(entry).__name__}')
            continue
        missing = [key for key in keys if entry.get(key) is None]
        if missing:
            problems.add(place, f'keys are missing: {", ".join(missing)}')
            continue
        yield place, entry


def require_object(data: Any, path: str | Path) -> dict:
    """The file's outermost value, which must be an object."""
    if not isinstance(data, dict):
        raise FormatError(str(path), (f'file: must hold an object with videos and categories, '
                                      f'got {type(data).__name__}',))
    return data


def is_whole(value: Any, least: int = 0) -> bool:
    """Whether a value is a whole number from `least` that 64 bits hold."""
    return type(value) is int and least <= value <= LARGEST_ID


def is_number(value: Any) -> bool:
    """Whether a value is a finite number that 32 bits hold, even twice of it."""
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST


def is_text(value: Any) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_id(value: Any) -> bool:
    """Whether a value can be the id of a video or an image."""
    return type(value) in (int, str)


def is_rate(value: Any) -> bool:
    """Whether a value is a rate of frames, or none."""
    return value is None or (type(value) in (int, float) and 0 < value < FASTEST)


class Targets:
    """Entries of a table that others refer to by id.

    Args:
        data: The file.
        table: Name of the table.
        noun: What an entry is.
        usable: Ids of the entries that can be used.
    """

    def __init__(self, data: dict, table: str, noun: str, usable: Container) -> None:
        self._usable, self._noun = usable, noun
        rows = data.get(table)
        self._is_missing = not isinstance(rows, list)
        self._stated = [entry.get('id') for entry in ([] if self._is_missing else rows) if isinstance(entry, dict)]

    def has(self, value: Any, place: str, problems: Problems) -> bool:
        """Whether an id is usable; an unknown one is noted, one whose entry or table is broken was noted before."""
        if is_id(value) and value in self._usable:
            return True
        if not self._is_missing and value not in self._stated:
            problems.add(place, f'unknown {self._noun} {shown(value)}')
        return False


def read_videos(data: dict, problems: Problems) -> dict[int | str, Video]:
    """Videos by id, in the file's order."""
    videos = {}
    for place, entry in entries(data, 'videos', problems, ('id', 'width', 'height')):
        file_names = entry.get('file_names') or []
        are_names = isinstance(file_names, list) and all(map(is_text, file_names))
        length = entry.get('length', len(file_names) if are_names else 0)
        bad = [f'{key} {shown(value)}' for key, value, least in
               (('width', entry['width'], 1), ('height', entry['height'], 1), ('length', length, 0))
               if not is_whole(value, least)]
        bad += [f'{key} {shown(entry.get(key))}' for key, is_right in
                (('id', is_id), ('name', is_name), ('fps', is_rate)) if not is_right(entry.get(key))]
        if not are_names:
            bad.append('file_names that is not a list of text')
        if not bad and entry['width'] * entry['height'] > MAX_PIXELS:
            bad.append(f'size {entry["width"]} x {entry["height"]}: has more than {MAX_PIXELS} pixels')
        if not bad and length > MAX_LENGTH:
            bad.append(f'length {length}: is more than {MAX_LENGTH}')
        if bad:
            problems.add(place, f'unusable {", ".join(bad)}')
        elif entry['id'] in videos:
            problems.add(place, f'video id {entry["id"]!r} occurs twice')
        elif file_names and len(file_names) != length:
            problems.add(place, f'length is {length}, but {len(file_names)} frames are named')
        else:
            videos[entry['id']] = Video(entry['id'], name_of(entry, folder_of(file_names, entry['id'])),
                                        entry['height'], entry['width'], length, tuple(file_names), entry.get('fps'))
    return videos


def is_name(value: Any) -> bool:
    """Whether a value can be a name, or none; some files have numbers."""
    return value is None or type(value) in (int, str)


def name_of(entry: dict, otherwise: str) -> str:
    """The name that an entry states, if it does."""
    return otherwise if entry.get('name') is None else str(entry['name'])


def folder_of(file_names: list[str] | tuple[str, ...], video_id: int | str) -> str:
    """Name of a video that states none: the folder of its first frame, else its id."""
    return PurePosixPath(file_names[0]).parent.name or str(video_id) if file_names else str(video_id)


def read_categories(data: dict, problems: Problems) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Class names and their ids, in the file's order."""
    classes: dict[str, int] = {}
    for place, entry in entries(data, 'categories', problems, ('id', 'name')):
        name = str(entry['name']) if is_name(entry['name']) else None
        if not is_whole(entry['id']):
            problems.add(place, f'unusable id {shown(entry["id"])}')
        elif name is None:
            problems.add(place, f'unusable name {shown(entry["name"])}')
        elif entry['id'] in classes.values():
            problems.add(place, f'category id {entry["id"]} occurs twice')
        elif name in classes:
            problems.add(place, f'category name {name!r} occurs twice')
        else:
            classes[name] = entry['id']
    return tuple(classes), tuple(classes.values())


def check_length(entry: dict, key: str, video: Video, place: str, problems: Problems) -> bool:
    """Whether a list has one entry a frame; noted where it has not."""
    values = entry[key]
    if not isinstance(values, list):
        problems.add(place, f'{key} must be a list with one entry a frame, got {type(values).__name__}')
        return False
    if len(values) != video.length:
        outside = (f'; frames {video.length}..{len(values) - 1} lie outside the video'
                   if len(values) > video.length else '')
        problems.add(place, f'{key} has {len(values)} entries, video {video.id} has {video.length} frames{outside}')
        return False
    return True
