"""The labels of a release, as its config lists them; a label's id is its position."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmvist.io.json_file import read_json
from mmvist.io.problems import FormatError, Problems, shown


@dataclass(frozen=True)
class LabelList:
    """What becomes of the labels.

    Attributes:
        count: How many there are.
        classes: Names of those whose instances are objects: `instances` and `evaluate` are true.
        class_of: Id -> index into the classes; -1 for labels that are not scored: `evaluate` is false. Ids that are
            missing belong to the background.
    """

    count: int
    classes: tuple[str, ...]
    class_of: Mapping[int, int]

    @property
    def category_ids(self) -> tuple[int, ...]:
        """Id of each class."""
        return tuple(number for number, label in self.class_of.items() if label >= 0)


def read_label_list(path: Path, problems: Problems) -> LabelList | None:
    """Read the list `labels` of a config; `None`, and notes, where it is broken."""
    before = len(problems)
    try:
        data = read_json(path)
    except FormatError as error:
        for line in error.problems:
            problems.add(path.name, line)
        return None
    entries = data.get('labels') if isinstance(data, dict) else None
    if not isinstance(entries, list):
        problems.add(path.name, 'must hold an object with the list "labels"')
        return None
    classes: list[str] = []
    class_of: dict[int, int] = {}
    for number, entry in enumerate(entries):
        if not _is_label(entry):
            problems.add(f'{path.name}, labels[{number}]', 'must be an object with the text "name", and "instances" '
                                                           f'and "evaluate" true or false, got {shown(entry)}')
        elif not entry['evaluate']:
            class_of[number] = -1
        elif entry['instances']:
            if entry['name'] in classes:
                problems.add(f'{path.name}, labels[{number}]', f'the name {entry["name"]} occurs twice')
            class_of[number] = len(classes)
            classes.append(entry['name'])
    return LabelList(len(entries), tuple(classes), class_of) if len(problems) == before else None


def _is_label(entry: Any) -> bool:
    return (isinstance(entry, dict) and isinstance(entry.get('name'), str)
            and all(isinstance(entry.get(key), bool) for key in ('instances', 'evaluate')))
