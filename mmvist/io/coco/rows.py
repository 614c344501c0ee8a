"""Annotations and results, which are an object each, as columns."""

from typing import Any

import numpy as np

from mmvist.io.coco.columns import cut, repeated
from mmvist.io.coco.images import Images
from mmvist.io.coco.masks import compress_all
from mmvist.io.json_tables import References, is_number, is_whole
from mmvist.io.problems import Problems, shown
from mmvist.io.progress import progress
from mmvist.structures import VideoTracks, rle

ABSENT = (None, [])
FLAGS = {None: False, 0: False, 1: True}
NO_ID = -1
# Masks that are compressed in one go.
PORTION = 4096


class Rows:
    """Collects the objects of a table.

    Args:
        table: Name of the table.
        images: The images they may lie in.
        categories: Category id -> label.
        has_scores: Whether these are results.
        problems: Takes what is wrong.
    """

    def __init__(self, table: str, images: Images, categories: References, has_scores: bool, problems: Problems
                 ) -> None:
        self._table, self._images, self._categories = table, images, categories
        self._has_scores, self._problems = has_scores, problems
        self._keys = ['image_id', 'category_id', *(['score'] if has_scores else ['id'])]
        if images.are_clips:
            self._keys.append('instance_id')
        self._seen: set[int] = set()
        self._numbers: list[int] = []
        self._owners: list[int] = []
        self._frames: list[int] = []
        self._ids: list[int] = []
        self._labels: list[int] = []
        self._scores: list[float] = []
        self._ignore: list[bool] = []
        self._boxes: dict[int, list] = {}
        self._segmentations: dict[int, Any] = {}

    def _place(self, number: int) -> str:
        return f'{self._table}[{number}]'

    def add_all(self, entries: list) -> None:
        """Take the objects of a file, in its order."""
        for number, entry in enumerate(entries):
            fault = self._take(number, entry)
            if fault is not None:
                name = f' (id {shown(entry["id"])})' if isinstance(entry, dict) and 'id' in entry else ''
                self._problems.add(self._place(number) + name, fault)

    def _take(self, number: int, entry: Any) -> str | None:
        """Append an object to the columns, or say why that cannot be."""
        if type(entry) is not dict:
            return f'must be an object, got {type(entry).__name__}'
        missing = [key for key in self._keys if entry.get(key) is None]
        if missing:
            return f'keys are missing: {", ".join(missing)}'
        track = entry.get('instance_id')
        if not self._has_scores:
            own = entry['id']
            if not is_whole(own):
                return 'the id must be a whole number from 0'
            if own in self._seen:
                return 'the id occurs twice'
            self._seen.add(own)
            track = own if track is None else track
        if track is not None and not is_whole(track):
            return f'instance_id must be a whole number from 0, got {shown(track)}'
        position = self._images.positions.find(entry['image_id'])
        label = self._categories.find(entry['category_id'])
        if position is None or label is None:
            return self._unknown(entry, position, label)
        fault = self._fault(entry, position)
        if fault is not None:
            return fault
        row = len(self._numbers)
        if entry.get('bbox') not in ABSENT:
            self._boxes[row] = entry['bbox']
        if entry.get('segmentation') not in ABSENT:
            self._segmentations[row] = entry['segmentation']
        elif row not in self._boxes:
            return 'has neither segmentation nor bbox'
        self._numbers.append(number)
        self._owners.append(position[0])
        self._frames.append(position[1])
        self._ids.append(NO_ID if track is None else track)
        self._labels.append(label)
        self._scores.append(entry['score'] if self._has_scores else 1.0)
        self._ignore.append(not self._has_scores and (FLAGS[entry.get('iscrowd')] or FLAGS[entry.get('ignore')]))
        return None

    def _unknown(self, entry: dict, position: tuple[int, int] | None, label: int | None) -> str | None:
        faults = []
        if position is None and not self._images.positions.was_noted(entry['image_id']):
            faults.append(f'unknown image {shown(entry["image_id"])}')
        if label is None and not self._categories.was_noted(entry['category_id']):
            faults.append(f'unknown category {shown(entry["category_id"])}')
        return ', '.join(faults) or None

    def _fault(self, entry: dict, position: tuple[int, int]) -> str | None:
        box = entry.get('bbox')
        if box not in ABSENT and not (type(box) is list and len(box) == 4 and all(map(is_number, box))
                                      and box[2] >= 0 and box[3] >= 0):
            return f'bbox must be four finite numbers x, y, width, height, the size not negative, got {shown(box)}'
        if self._has_scores:
            score = entry['score']
            return None if is_number(score) else f'score must be a finite number, got {shown(score)}'
        for key in ('iscrowd', 'ignore'):
            flag = entry.get(key)
            if type(flag) not in (int, bool, type(None)) or flag not in FLAGS:
                return f'{key} must be 0 or 1, got {shown(flag)}'
        if self._images.are_clips and entry.get('video_id') is not None:
            video = self._images.videos[position[0]].id
            if entry['video_id'] != video:
                return f'video_id is {shown(entry["video_id"])}, its image belongs to video {video!r}'
        return None

    def tracks(self) -> tuple[VideoTracks, ...]:
        """The columns of every video.

        Raises:
            FormatError: Anything was noted, now or before.
        """
        owners, frames, ids, labels = (np.array(column, np.int64) for column in
                                       (self._owners, self._frames, self._ids, self._labels))
        bboxes = np.zeros((len(ids), 4))
        if self._boxes:
            stated = np.array(list(self._boxes.values()), np.float64)
            stated[:, 2:] += stated[:, :2]
            bboxes[list(self._boxes)] = stated
        masks = self._masks(bboxes)
        ids = np.where(ids == NO_ID, _positions(owners), ids)
        for row in repeated(ids, frames, owners).tolist():
            self._problems.add(self._place(self._numbers[row]), f'id {ids[row]} occurs twice in image '
                                                                f'{self._image_name(row)}')
        self._problems.check()
        return cut(self._images.videos, owners, frames, ids, labels, np.array(self._scores, np.float32), bboxes, masks,
                   np.array(self._ignore, bool))

    def _image_name(self, row: int) -> str:
        video, frame = self._images.videos[self._owners[row]], self._frames[row]
        return f'{frame} of video {video.name}' if self._images.are_clips else str(video.id)

    def _masks(self, bboxes: np.ndarray) -> list[bytes | None]:
        """Mask of each row; rows without a box get the mask's, in `bboxes`."""
        sizes: dict[tuple[int, int], list[int]] = {}
        for row in self._segmentations:
            video = self._images.videos[self._owners[row]]
            sizes.setdefault((video.height, video.width), []).append(row)
        portions = [(size, rows[first:first + PORTION]) for size, rows in sizes.items()
                    for first in range(0, len(rows), PORTION)]
        found: list[bytes | None] = [None] * len(self._numbers)
        faults: dict[int, str] = {}
        for (height, width), rows in progress(portions, len(portions), f'reading {self._problems.source}'):
            # What is compressed need not be kept: polygons are the bulk of a file.
            masks, wrong = compress_all({row: self._segmentations.pop(row) for row in rows}, height, width)
            faults |= wrong
            for row, mask in masks.items():
                found[row] = mask
            boxless = [row for row in masks if row not in self._boxes]
            bboxes[boxless] = rle.bboxes([masks[row] for row in boxless], height, width)
        for row, fault in sorted(faults.items()):
            self._problems.add(self._place(self._numbers[row]), fault)
        return found


def _positions(owners: np.ndarray) -> np.ndarray:
    """Position of each row among those of its video, (R,) int64."""
    order = np.argsort(owners, kind='stable')
    ranks = np.empty(len(owners), np.int64)
    ranks[order] = np.arange(len(owners)) - np.searchsorted(owners[order], owners[order])
    return ranks
