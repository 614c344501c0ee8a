"""The class lists that a file's own can be compared with."""

from collections.abc import Mapping, Sequence

from mmvist.io import classes

GIVEN = 'the list given'
KNOWN = {'YouTube-VIS 2019': classes.YOUTUBE_VIS_2019, 'YouTube-VIS 2021': classes.YOUTUBE_VIS_2021,
         'OVIS': classes.OVIS, 'COCO': classes.COCO}
# Formats whose files list classes of any kind; readers of the others know theirs.
WITH_CLASSES = ('ytvis', 'coco')


def class_lists(format: str, expected: Sequence[str] = ()) -> Mapping[str, Sequence[str]]:
    """Class lists by the names of their benchmarks.

    Args:
        format: Format of the file.
        expected: The classes expected, which leave no other list.
    """
    if expected:
        return {GIVEN: expected}
    return KNOWN if format in WITH_CLASSES else {}
