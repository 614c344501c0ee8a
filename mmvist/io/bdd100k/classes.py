"""Class names of BDD100K's tracking sets, and the other names its files use for them."""

from collections.abc import Sequence

CLASSES = ('pedestrian', 'rider', 'car', 'truck', 'bus', 'train', 'motorcycle', 'bicycle')
CATEGORY_IDS = tuple(range(1, len(CLASSES) + 1))

# Both tables: configs/box_track.toml and configs/seg_track.toml of the official tools.
NAME_MAPPING = {'bike': 'bicycle', 'caravan': 'car', 'motor': 'motorcycle', 'person': 'pedestrian', 'van': 'car'}
# Labelled, but not evaluated: regions that are neither object nor background.
IGNORED_MAPPING = {'other person': 'pedestrian', 'other vehicle': 'car', 'trailer': 'truck'}


def category_table(classes: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """Label and whether it is ignored, for every name that a file may use for one of the classes."""
    table = {name: (label, False) for label, name in enumerate(classes)}
    for mapping, is_ignored in ((NAME_MAPPING, False), (IGNORED_MAPPING, True)):
        for name, target in mapping.items():
            if target in classes:
                table.setdefault(name, (classes.index(target), is_ignored))
    return table
