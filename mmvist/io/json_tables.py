"""Tables of JSON files whose entries refer to each other by id, as YouTube-VIS and COCO have them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mmvist.io.problems import FormatError, Problems, shown

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


def check_keys(entry: Any, *keys: str) -> None:
    """Raise ValueError unless a value is an object with these keys."""
    if not isinstance(entry, dict):
        raise ValueError(f'must be an object, got {shown(entry)}')
    for key in keys:
        if key not in entry:
            raise ValueError(f'key {key!r} is missing')


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


def is_name(value: Any) -> bool:
    """Whether a value can be a name, or none; some files have numbers."""
    return value is None or type(value) in (int, str)


class References:
    """What ids stand for, and which ids have an entry that was found broken before.

    Args:
        usable: Id -> what it stands for.
        table: The table as the file has it, if there is one.
    """

    def __init__(self, usable: Mapping, table: Any = ()) -> None:
        self._usable = usable
        self._is_missing = not isinstance(table, list | tuple)
        ids = [entry.get('id') for entry in (() if self._is_missing else table) if isinstance(entry, dict)]
        self._stated = set(filter(is_id, ids))

    def find(self, value: Any) -> Any:
        """What an id stands for, `None` if it is unknown."""
        return self._usable.get(value) if is_id(value) else None

    def was_noted(self, value: Any) -> bool:
        """Whether an id is unknown only because its entry, or the table, is broken."""
        return self._is_missing or (is_id(value) and value in self._stated)


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
