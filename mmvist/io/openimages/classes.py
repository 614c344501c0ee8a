"""Class descriptions: a machine id and a display name a line."""

import csv
from collections.abc import Sequence
from pathlib import Path

from mmvist.io.atomic import open_atomic
from mmvist.io.openimages.table import read_pairs
from mmvist.io.problems import Problems, shown
from mmvist.structures import VideoSet

PREFIX = '/m/0'
# Machine ids count in base 32, in these digits.
DIGITS = '0123456789bcdfghjklmnpqrstvwxyz_'
VALUES = {digit: value for value, digit in enumerate(DIGITS)}
# Twelve digits fit 63 bits.
MAX_DIGITS = 12


def label_number(label_name: str) -> int:
    """The number that a machine id such as /m/04yx4 is the text of.

    Raises:
        ValueError: It is no such id.
    """
    digits = label_name[len(PREFIX):]
    if not (label_name.startswith(PREFIX) and len(digits) <= MAX_DIGITS and not digits.startswith('0')
            and VALUES.keys() >= set(digits)):
        raise ValueError(f'LabelName must be a machine id like /m/04yx4, got {shown(label_name)}')
    number = 0
    for digit in digits:
        number = number * 32 + VALUES[digit]
    return number


def label_name(number: int) -> str:
    """The machine id of a number from 0."""
    digits = ''
    while number:
        number, value = divmod(number, 32)
        digits = DIGITS[value] + digits
    return PREFIX + digits


def read_classes(path: Path, problems: Problems) -> dict[str, str]:
    """Display name of every machine id, in the file's order.

    Later releases have a header. Some have two classes of one name, 'Bench'; the second is then called after its
    machine id too, 'Bench (/m/076lb9)'.

    Raises:
        FileNotFoundError: There is no such file.
    """
    names: dict[str, str] = {}
    for index, (place, (label, name)) in enumerate(read_pairs(path, problems)):
        if index == 0 and (label, name) in (('LabelName', 'DisplayName'), ('id', 'name')):
            continue
        try:
            label_number(label)
        except ValueError as error:
            problems.add(place, str(error))
            continue
        if label in names or not name:
            problems.add(place, f'{label} occurs twice' if label in names else f'{label} has no display name')
        else:
            names[label] = f'{name} ({label})' if name in names.values() else name
    return names


def choose(names: dict[str, str], classes: Sequence[str] | None) -> dict[str, str]:
    """Machine id -> display name of the classes wanted, in the order wanted.

    Raises:
        ValueError: A class is not described, or wanted twice.
    """
    if classes is None:
        return names
    labels = {name: label for label, name in names.items()}
    unknown = [name for name in classes if name not in labels]
    if unknown or len(set(classes)) < len(classes):
        raise ValueError(f'classes must be display names of the file, each once; unknown are {unknown}, '
                         f'got {list(classes)}')
    return {labels[name]: name for name in classes}


def write_classes(video_set: VideoSet, path: str | Path) -> None:
    """Write the classes, without a header."""
    with open_atomic(path) as file:
        csv.writer(file, lineterminator='\n').writerows(
            (label_name(number), name)
            for number, name in zip(video_set.category_ids, video_set.classes, strict=True))
