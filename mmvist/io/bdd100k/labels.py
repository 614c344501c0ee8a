"""Scalabel's labels of a video as columns."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmvist.io.bdd100k.listing import ListedFrame
from mmvist.io.bdd100k.poly2d import outlines
from mmvist.io.problems import Problems, shown
from mmvist.io.segmentation import parse_all
from mmvist.structures import Video, VideoTracks, rle

# BDD100K's first release wrote attributes with a capital.
IGNORE_KEYS = ('crowd', 'ignored', 'Crowd', 'Ignored')
FLAG_TYPES = frozenset((bool, int, float, type(None)))
BOX_KEYS = ('x1', 'y1', 'x2', 'y2')
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class _Rows:
    """One entry a label; scores, boxes and masks as the file has them."""

    places: list[tuple[ListedFrame, int]] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    ignore: list[bool] = field(default_factory=list)
    scores: list[Any] = field(default_factory=list)
    boxes: list[tuple | None] = field(default_factory=list)
    masks: dict[int, Any] = field(default_factory=dict)
    drawn: dict[tuple[int, str], int] = field(default_factory=dict)

    def place(self, row: int) -> str:
        frame, position = self.places[row]
        return f'{frame.place}, labels[{position}] (id {self.ids[row]})'


def read_labels(video: Video, frames: Sequence[tuple[int, ListedFrame]], categories: Mapping[str, tuple[int, bool]],
                problems: Problems, with_scores: bool) -> VideoTracks:
    """Read all labels of a video.

    Boxes are taken as they stand; a label with a mask alone gets its tight box. Several drawn parts of one object, with
    one id, class and ignore flag, become one mask.

    Args:
        video: The video.
        frames: Number and entry of each frame, by rising number.
        categories: Label and ignore flag of every name that is known.
        problems: Takes what is wrong; the video then comes back without tracks.
        with_scores: Whether scores count; those of ground truth are 1.
    """
    before = len(problems)
    rows = _Rows()
    for number, frame in frames:
        for position, label in enumerate(frame.labels):
            fault = _take(rows, number, frame, position, label, categories)
            if fault is not None:
                problems.add(f'{frame.place}, labels[{position}]', fault)
    ids = whole_ids(rows.ids)
    _check_twice(rows, ids, problems)
    scores = _scores(rows, problems) if with_scores else np.ones(len(ids), np.float32)
    masks, faults = parse_all(rows.masks, video.height, video.width)
    for row, fault in faults.items():
        problems.add(rows.place(row), fault)
    boxes = _boxes(rows, problems)
    if len(problems) > before:
        return VideoTracks.from_rows(video, [])
    boxless = [row for row, box in enumerate(rows.boxes) if box is None]
    boxes[boxless] = rle.bboxes([masks[row] for row in boxless], video.height, video.width)
    return VideoTracks(video, np.array(rows.frames, np.int64), ids, np.array(rows.labels, np.int64), scores, boxes,
                       tuple(map(masks.get, range(len(ids)))), np.array(rows.ignore, bool))


def _take(rows: _Rows, number: int, frame: ListedFrame, position: int, label: Any,
          categories: Mapping[str, tuple[int, bool]]) -> str | None:
    """Append a label to the rows, or say why that cannot be."""
    if not isinstance(label, dict):
        return f'must be an object, got {type(label).__name__}'
    track, category, box = label.get('id'), label.get('category'), label.get('box2d')
    if type(track) not in (str, int):
        return f'id must be text or a whole number, got {shown(track)}'
    if not isinstance(category, str) or category not in categories:
        return f'unknown category {shown(category)} (id {track})'
    try:
        box = None if box is None else tuple([box[key] for key in BOX_KEYS])
    except (KeyError, TypeError):
        return f'box2d must be {{x1, y1, x2, y2}}, got {shown(box)} (id {track})'
    mask = label.get('rle')
    if mask is not None and not isinstance(mask, dict):
        return f'rle must be {{size, counts}}, got {shown(mask)} (id {track})'
    index, is_ignored = categories[category]
    try:
        is_ignored |= _is_ignored(label.get('attributes'))
        drawn = outlines(label['poly2d']) if mask is None and label.get('poly2d') else []
    except ValueError as error:
        return f'{error} (id {track})'
    if drawn:
        row = rows.drawn.setdefault((number, str(track)), len(rows.ids))
        if row < len(rows.ids) and rows.labels[row] == index and rows.ignore[row] == is_ignored:
            rows.masks[row] += drawn
            rows.boxes[row] = None
            return None
        mask = drawn
    if mask is not None:
        rows.masks[len(rows.ids)] = mask
    elif box is None:
        return f'has neither box2d nor rle nor poly2d (id {track})'
    rows.places.append((frame, position))
    rows.frames.append(number)
    rows.ids.append(str(track))
    rows.labels.append(index)
    rows.ignore.append(is_ignored)
    rows.scores.append(label.get('score'))
    rows.boxes.append(box)
    return None


def _is_ignored(attributes: Any) -> bool:
    if not attributes and (attributes is None or isinstance(attributes, dict)):
        return False
    if not isinstance(attributes, dict):
        raise ValueError(f'attributes must be an object, got {shown(attributes)}')
    flags = [attributes.get(key) for key in IGNORE_KEYS]
    if not FLAG_TYPES.issuperset(map(type, flags)):
        raise ValueError(f'crowd and ignored must be true or false, got {shown(flags)}')
    return any(flags)


def whole_ids(texts: Sequence[str]) -> np.ndarray:
    """Ids as whole numbers (R,) int64: their own where all are numbers, else counted from 1 as they appear."""
    known = {text: number for number, text in enumerate(dict.fromkeys(texts), 1)}
    if all(text.isascii() and text.isdecimal() and len(text) < 19 for text in known):
        stated = {text: int(text) for text in known}
        # '7' and '07' would be two objects of one number.
        known = stated if len(set(stated.values())) == len(stated) else known
    return np.array([known[text] for text in texts], np.int64)


def _check_twice(rows: _Rows, ids: np.ndarray, problems: Problems) -> None:
    _, track = np.unique(ids, return_inverse=True)
    pairs = np.array(rows.frames, np.int64) * (len(ids) + 1) + track
    _, first, times = np.unique(pairs, return_index=True, return_counts=True)
    for row in first[times > 1].tolist():
        problems.add(rows.place(row), 'the id occurs twice in the frame')


def _scores(rows: _Rows, problems: Problems) -> np.ndarray:
    """Scores (R,) float32; 1 where a label has none, which the official tracking tools do not need."""
    scores = [1.0 if score is None else score for score in rows.scores]
    if _are_numbers(scores):
        return np.array(scores, np.float32)
    for row, score in enumerate(scores):
        if not _are_numbers([score]):
            problems.add(rows.place(row), f'score must be a finite number, got {shown(score)}')
    return np.zeros(len(scores), np.float32)


def _boxes(rows: _Rows, problems: Problems) -> np.ndarray:
    """Boxes (R, 4) float64, xyxy; zeros where a label states none."""
    stated = [row for row, box in enumerate(rows.boxes) if box is not None]
    boxes = np.zeros((len(rows.boxes), 4))
    values = [rows.boxes[row] for row in stated]
    if not _are_numbers(list(itertools.chain.from_iterable(values))):
        for row, box in zip(stated, values, strict=True):
            if not _are_numbers(box):
                problems.add(rows.place(row), f'x1, y1, x2, y2 must be finite numbers, got {shown(box)}')
        return boxes
    corners = np.array(values, np.float64).reshape(-1, 4)
    for at in np.flatnonzero((corners[:, 2:] < corners[:, :2]).any(axis=1)).tolist():
        problems.add(rows.place(stated[at]), f'a box must have x1 <= x2 and y1 <= y2, got {values[at]}')
    boxes[stated] = corners
    return boxes


def _are_numbers(values: Sequence) -> bool:
    """Whether all are numbers that 32 bits can hold."""
    return set(map(type, values)) <= {int, float} and all(-LARGEST <= value <= LARGEST for value in values)
