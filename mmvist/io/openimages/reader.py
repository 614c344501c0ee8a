"""OpenImages' masks, image sizes and tables, joined."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from mmvist.io.coco.columns import cut, repeated
from mmvist.io.openimages.annotations import Annotations, Group, read_annotations, read_groups, split_groups
from mmvist.io.openimages.classes import choose, label_number, read_classes
from mmvist.io.openimages.image_size import jpeg_size
from mmvist.io.openimages.masks import read_mask
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import Video, VideoSet

# Images that are handed to the threads at a time; a million at once would need as many promises.
PORTION = 1024
# Of pixels. The shares of the files are far coarser; so they are the same when written and read again.
DECIMALS = 6

# File, height, width, and of each mask its code or what is wrong with it; or what is wrong with the image.
Content = tuple[str, int, int, list[bytes | str]] | str


def read(path: str | Path, masks: str | Path, images: str | Path, class_descriptions: str | Path,
         classes: Sequence[str] | None = None, boxes: str | Path | None = None) -> VideoSet:
    """Read instance masks of OpenImages V5 to V7: a video of one frame for every image that has a wanted one.

    A video's id and name are the ImageID, a track's id is the number that the BoxID is the text of, a category id the
    number that the LabelName is. Boxes are those of the table, masks have the size of the image. Images and masks may
    also lie in subfolders, as they are released in sixteen parts. Dropped are images without a wanted mask, `Clicks`,
    `PredictedIoU` and all flags but `IsGroupOf`.

    Args:
        path: Table of the masks, such as `train-annotations-object-segmentation.csv`.
        masks: Folder of the PNG files it names.
        images: Folder of the images, ImageID.jpg.
        class_descriptions: Table of the classes, such as `class-descriptions-boxable.csv`.
        classes: Display names of the classes to be read, in the order wanted; without it all that are described.
        boxes: Table of the boxes, such as `train-annotations-bbox.csv`. A mask whose box is a group's becomes an ignore
            row, and so does a group without a mask, after the masks and under the next free ids.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: Lines, masks or images are missing or broken; it lists all of them.
        ValueError: A class is not described, or wanted twice.
    """
    path = Path(path)
    for folder in (Path(masks), Path(images)):
        if not folder.is_dir():
            raise FileNotFoundError(f'{folder}: no such folder')
    problems = Problems(path)
    names = read_classes(Path(class_descriptions), problems)
    chosen = choose(names, classes)
    labels = {label_name: label for label, label_name in enumerate(chosen)}
    found = read_annotations(path, names, labels, problems)
    groups = [] if boxes is None else read_groups(Path(boxes), names, labels, found.images, problems)
    contents = _read_contents(found, _Finder(masks), _Finder(images), path)
    videos, codes = _join(found, contents, problems)
    is_group, others = split_groups(groups, found)
    ids = np.array(found.ids, np.int64)
    for row in repeated(ids, np.array(found.owners, np.int64)).tolist():
        problems.add(found.places[row], f'BoxID {ids[row]:08x} occurs twice in the image')
    problems.check()
    owners = np.array([*found.owners, *(group.owner for group in others)], np.int64)
    sizes = np.array([(video.width, video.height) * 2 for video in videos], np.float64).reshape(-1, 4)
    shares = np.array([*found.boxes, *(group.box for group in others)], np.float64).reshape(-1, 4)
    tracks = cut(videos, owners, np.zeros(len(owners), np.int64), _with_group_ids(ids, found, others),
                 np.array([*found.labels, *(group.label for group in others)], np.int64),
                 np.ones(len(owners), np.float32), np.round(shares * sizes[owners], DECIMALS),
                 [*codes, *(None for _ in others)], np.concatenate([is_group, np.ones(len(others), bool)]))
    return VideoSet(tuple(chosen.values()), tracks, tuple(map(label_number, chosen)))


class _Finder:
    """Finds files in a folder or the folders in it."""

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self._folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]

    def find(self, name: str) -> Path | None:
        return next((path for path in (folder / name for folder in self._folders) if path.is_file()), None)

    def relative(self, path: Path) -> str:
        return path.relative_to(self._folders[0]).as_posix()


def _read_contents(found: Annotations, masks: _Finder, images: _Finder, source: Path) -> list[Content]:
    """What the files of each image hold."""
    names: list[list[str]] = [[] for _ in found.images]
    for owner, name in zip(found.owners, found.paths, strict=True):
        names[owner].append(name)

    def read_one(image: str, wanted: list[str]) -> Content:
        return _content(image, wanted, masks, images)

    def read_all(pool: ThreadPoolExecutor) -> Iterator[Content]:
        listed = list(found.images)
        for first in range(0, len(listed), PORTION):
            yield from pool.map(read_one, listed[first:first + PORTION], names[first:first + PORTION])

    with ThreadPoolExecutor() as pool:
        return list(progress(read_all(pool), len(names), f'reading masks of {source}'))


def _content(image: str, names: list[str], masks: _Finder, images: _Finder) -> Content:
    path = images.find(f'{image}.jpg')
    if path is None:
        return f'there is no image {image}.jpg'
    try:
        height, width = jpeg_size(path)
    except ValueError as error:
        return f'{image}.jpg: {error}'
    codes: list[bytes | str] = []
    for name in names:
        file = masks.find(name)
        try:
            codes.append(f'there is no mask {name}' if file is None else read_mask(file, height, width))
        except ValueError as error:
            codes.append(f'{name}: {error}')
    return images.relative(path), height, width, codes


def _join(found: Annotations, contents: list[Content], problems: Problems) -> tuple[list[Video], list[bytes]]:
    """The videos, and each row's mask; both are of use only if nothing is noted."""
    videos = []
    for image, content in zip(found.images, contents, strict=True):
        name, height, width, _ = ('', 0, 0, []) if isinstance(content, str) else content
        videos.append(Video(image, image, height, width, 1, (name,)))
    remaining = [None if isinstance(content, str) else iter(content[3]) for content in contents]
    codes, told = [], set()
    for owner, place in zip(found.owners, found.places, strict=True):
        codes_left = remaining[owner]
        code = contents[owner] if codes_left is None else next(codes_left)
        # An image is told of once, not with each of its masks.
        if isinstance(code, str) and not (codes_left is None and owner in told):
            problems.add(place, code)
            told.add(owner)
        codes.append(code)
    return videos, codes


def _with_group_ids(ids: np.ndarray, found: Annotations, others: Sequence[Group]) -> np.ndarray:
    """Ids of all rows: groups without a mask count on from the largest of their image."""
    largest = np.zeros(len(found.images), np.int64)
    np.maximum.at(largest, np.array(found.owners, np.int64), ids)
    new_ids = []
    for group in others:
        largest[group.owner] += 1
        new_ids.append(largest[group.owner])
    return np.concatenate([ids, np.array(new_ids, np.int64)])
