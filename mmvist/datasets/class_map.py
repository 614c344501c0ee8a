"""Annotations under the class names of another dataset, so that the two can be mixed."""

from collections.abc import Mapping, Sequence

from mmvist.io.class_map import OTHERS, new_labels, new_names
from mmvist.structures import VideoSet


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
