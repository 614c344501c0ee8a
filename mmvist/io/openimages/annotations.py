"""The lines of OpenImages' tables as columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmvist.io.openimages.classes import label_number
from mmvist.io.openimages.table import read_table
from mmvist.io.problems import Problems, shown

MASK_COLUMNS = ('MaskPath', 'ImageID', 'LabelName', 'BoxID', 'BoxXMin', 'BoxXMax', 'BoxYMin', 'BoxYMax')
BOX_COLUMNS = ('ImageID', 'LabelName', 'XMin', 'XMax', 'YMin', 'YMax', 'IsGroupOf')
FLAGS = ('-1', '0', '1')  # -1: unknown
# The tables round coordinates differently, to five digits at least.
SAME_BOX = 1e-4
# Bytes; file systems take 255, and an ending may follow.
LONGEST_NAME = 250


@dataclass
class Annotations:
    """Lines of wanted classes, by image.

    Attributes:
        images: ImageID -> index of the image, in order of appearance.
        places: File and line of each row.
        owners: Index of each row's image.
        labels: Index into the classes.
        ids: The BoxID.
        boxes: x1, y1, x2, y2 as shares of the image's size.
        paths: Name of the mask's file.
    """

    images: dict[str, int] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """A box around several objects.

    Attributes:
        owner: Index of its image.
        label: Index into the classes.
        box: x1, y1, x2, y2 as shares of the image's size.
    """

    owner: int
    label: int
    box: tuple[float, float, float, float]


def read_annotations(path: Path, names: Mapping[str, str], labels: Mapping[str, int], problems: Problems
                     ) -> Annotations:
    """Read the table of masks.

    Args:
        path: The CSV file.
        names: Machine id -> display name of all classes; others are noted.
        labels: Machine id -> label of the classes wanted.
        problems: Takes what is wrong.
    """
    found = Annotations()
    for place, (mask, image, label_name, box_id, *coordinates) in read_table(path, MASK_COLUMNS, problems):
        if label_name not in labels:
            _note_unknown(label_name, names, place, problems)
            continue
        try:
            _check_name(image, 'ImageID')
            _check_name(mask, 'MaskPath')
            number, box = _hexadecimal(box_id), _box(coordinates)
        except ValueError as error:
            problems.add(place, str(error))
            continue
        found.owners.append(found.images.setdefault(image, len(found.images)))
        found.places.append(place)
        found.labels.append(labels[label_name])
        found.ids.append(number)
        found.boxes.append(box)
        found.paths.append(mask)
    return found


def read_groups(path: Path, names: Mapping[str, str], labels: Mapping[str, int], images: Mapping[str, int],
                problems: Problems) -> list[Group]:
    """Read the boxes of the table of boxes that have `IsGroupOf` 1 and lie in known images."""
    groups = []
    for place, (image, label_name, *coordinates, flag) in read_table(path, BOX_COLUMNS, problems):
        if image not in images:
            continue
        if label_name not in labels:
            _note_unknown(label_name, names, place, problems)
        elif flag not in FLAGS:
            problems.add(place, f'IsGroupOf must be -1, 0 or 1, got {shown(flag)}')
        elif flag == '1':
            try:
                groups.append(Group(images[image], labels[label_name], _box(coordinates)))
            except ValueError as error:
                problems.add(place, str(error))
    return groups


def split_groups(groups: Iterable[Group], found: Annotations) -> tuple[np.ndarray, list[Group]]:
    """Which rows, (R,) bool, are groups, known by class and box; and the groups that are no row."""
    rows: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(zip(found.owners, found.labels, strict=True)):
        rows.setdefault(key, []).append(row)
    is_group, others = np.zeros(len(found.owners), bool), []
    for group in groups:
        same = [row for row in rows.get((group.owner, group.label), ())
                if not is_group[row] and np.abs(np.subtract(found.boxes[row], group.box)).max() < SAME_BOX]
        if same:
            is_group[same[0]] = True
        else:
            others.append(group)
    return is_group, others


def _note_unknown(label_name: str, names: Mapping[str, str], place: str, problems: Problems) -> None:
    if label_name in names:
        return
    try:
        label_number(label_name)
        problems.add(place, f'unknown class {label_name}, it is not among the class descriptions')
    except ValueError as error:
        problems.add(place, str(error))


def _check_name(name: str, column: str) -> None:
    if not name or name.startswith('.') or set('/\\\0') & set(name) or len(name.encode()) > LONGEST_NAME:
        raise ValueError(f'{column} must be the name of a file without a folder, got {shown(name)}')


def _hexadecimal(text: str) -> int:
    # Python also takes signs, prefixes and underscores.
    if not (text.isascii() and text.isalnum() and len(text) <= 15):
        raise ValueError(f'BoxID must be up to 15 hexadecimal digits, got {shown(text)}')
    try:
        return int(text, 16)
    except ValueError:
        raise ValueError(f'BoxID must be up to 15 hexadecimal digits, got {shown(text)}') from None


def _box(coordinates: Iterable[str]) -> tuple[float, float, float, float]:
    """Box x1, y1, x2, y2 from x1, x2, y1, y2."""
    try:
        x1, x2, y1, y2 = map(float, coordinates)
    except ValueError:
        x1, x2, y1, y2 = (np.nan,) * 4
    if not (0 <= x1 <= x2 <= 1 and 0 <= y1 <= y2 <= 1):
        raise ValueError('XMin <= XMax and YMin <= YMax must be numbers in 0..1, got '
                         f'{", ".join(coordinates)[:60]} (XMin, XMax, YMin, YMax)')
    return x1, y1, x2, y2
