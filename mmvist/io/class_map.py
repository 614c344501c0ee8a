"""New names of classes, several of which may become one."""

from collections.abc import Mapping, Sequence

# Stands for every class that a map does not name.
OTHERS = '*'


def new_names(classes: Sequence[str], class_map: Mapping[str, str]) -> dict[str, str]:
    """The new name of each class that has one.

    Args:
        classes: The names so far.
        class_map: New name of each class, or of `*`, all others.
    """
    names = {name: class_map.get(name, class_map.get(OTHERS)) for name in classes}
    return {name: new for name, new in names.items() if new is not None}


def new_labels(classes: Sequence[str], names: Mapping[str, str], wanted: Sequence[str]) -> list[int]:
    """The label of each class under its new name, for `VideoSet.renumbered`.

    Args:
        classes: The names so far.
        names: Their new names, from `new_names`.
        wanted: The new names that labels shall index.

    Returns:
        One for each of `classes`; -1 for one without a new name, or with one that is not wanted.
    """
    position = {name: label for label, name in enumerate(wanted)}
    return [position.get(names.get(name), -1) for name in classes]
