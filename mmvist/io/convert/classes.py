"""The classes of one format under the names and numbers of another."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmvist.io.class_map import OTHERS, new_labels, new_names
from mmvist.io.convert.targets import Target
from mmvist.io.json_file import read_json
from mmvist.io.problems import FormatError, Problems
from mmvist.structures import VideoSet


def read_class_map(path: str | Path) -> dict[str, str]:
    """Read new names of classes, `{"sedan": "car", "*": "other"}`; `*` stands for all that are not named.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is no such file.
    """
    data = read_json(path)
    if not isinstance(data, dict) or not data or not all(isinstance(name, str) for name in data.values()):
        raise FormatError(str(path), ('file: must hold an object {class: new name}, got '
                                      f'{type(data).__name__} {str(data)[:60]}',))
    return data


def fit_classes(video_set: VideoSet, target: Target, classes: Sequence[str] | None,
                class_map: Mapping[str, str] | None, problems: Problems, lost: Counter[str]) -> VideoSet:
    """Number classes as the target does, under its names.

    Args:
        video_set: What is converted.
        target: Where to.
        classes: The new names to keep, in this order where the target has none; objects of others are dropped.
        class_map: New name of each class, or of `*`, all others; objects of classes that it does not name are dropped.
            Without it names stay.
        problems: Notes names that are in neither the file nor the target, and objects that nobody said to drop.
        lost: Counts dropped tracks.
    """
    names = _names(video_set.classes, class_map, problems)
    wanted = target.classes or tuple(dict.fromkeys(names.values() if classes is None else classes))
    chosen = (*(() if class_map is None else names.values()), *(classes or ()))
    for name in dict.fromkeys(chosen):
        if target.classes is not None and name not in target.classes:
            problems.add('classes', f'{name!r} is none of the target\'s, {", ".join(target.classes)}')
    for name in classes or ():
        if name not in names.values():
            problems.add('classes', f'{name!r} is none of the file\'s, {", ".join(dict.fromkeys(names.values()))}')
    kept = {name: new for name, new in names.items() if classes is None or new in classes}
    labels = new_labels(video_set.classes, kept, wanted)
    unwanted, dropped = [label for label, new in enumerate(labels) if new < 0], Counter()
    for tracks in video_set.videos:
        goes = np.isin(tracks.labels, unwanted)
        pairs = np.unique(np.stack([tracks.labels, tracks.ids])[:, goes], axis=1)
        dropped.update(video_set.classes[label] for label in pairs[0].tolist())
    if classes is None and class_map is None:
        for name, times in dropped.items():
            problems.add(f'class {name!r}', f'{times} tracks, and the target has only {", ".join(wanted)}; rename it '
                                            'with a class map, or name the classes to keep')
    lost['tracks of other classes'] += sum(dropped.values())
    return video_set.renumbered(labels, wanted, _category_ids(video_set, target, wanted, class_map is not None))


def _names(classes: Sequence[str], class_map: Mapping[str, str] | None, problems: Problems) -> dict[str, str]:
    if class_map is None:
        return {name: name for name in classes}
    for name in class_map:
        if name not in classes and name != OTHERS:
            problems.add('class map', f'renames {name!r}, which is none of the file\'s, {", ".join(classes)}')
    return new_names(classes, class_map)


def _category_ids(video_set: VideoSet, target: Target, wanted: Sequence[str], are_renamed: bool) -> tuple[int, ...]:
    if target.classes is not None:
        return target.category_ids
    own = dict(zip(video_set.classes, video_set.category_ids, strict=True))
    ids = tuple(own.get(name, 0) for name in wanted)
    # The official tools count categories from 1.
    return tuple(range(1, len(wanted) + 1)) if are_renamed or 0 in ids else ids
