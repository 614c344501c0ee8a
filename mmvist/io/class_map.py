"""New names of classes, several of which may become one."""

from collections.abc import Mapping, Sequence

from mmvist.structures import VideoSet

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


def map_classes(video_set: VideoSet, class_map: Mapping[str, str], classes: Sequence[str]) -> VideoSet:
    """Rename classes, several of which may become one; objects of a class without a new name are dropped.

    Args:
        video_set: The annotations.
        class_map: New name of each of its classes that is used, or of `*`, all others.
        classes: The names that labels shall index; those that no class is renamed to have no objects.

    Raises:
        ValueError: A class to rename is not in the set, or a new name is not one of `classes`.
    """
    missing = [name for name in class_map if name not in (OTHERS, *video_set.classes)]
    unknown = sorted({name for name in class_map.values() if name not in classes})
    if missing:
        raise ValueError(f'class_map renames {missing}, which are not in the file; it has {list(video_set.classes)}')
    if unknown:
        raise ValueError(f'class_map makes {unknown}, which are not among the classes {list(classes)}')
    labels = new_labels(video_set.classes, new_names(video_set.classes, class_map), classes)
    return video_set.renumbered(labels, classes, range(1, len(classes) + 1))
