"""Reading detections files."""

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.io.detections.layout import COLUMNS, INDEX, KIND, VERSION, member
from mmvist.io.json_tables import is_text, is_whole
from mmvist.io.problems import FormatError, Problems, shown
from mmvist.io.segmentation import broken
from mmvist.io.video_entry import parse_video
from mmvist.structures import Video
from mmvist.structures.detections import VideoDetections


class DetectionsReader:
    """A detections file, of which one video is in memory at a time.

    Args:
        path: The file.

    Attributes:
        path: The file.
        classes: Class names, which labels index.
        videos: The videos, in the file's order.
        embed_size: Size of the embeddings; `None` where there are none.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is no detections file, ends early, or lacks arrays; all of it is listed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f'{path}: no such file')
        problems = Problems(path)
        with self._open() as file:
            index = _index(file, problems)
            problems.check()
            self.classes, self.videos, self.embed_size = _contents(index, problems)
            problems.check()
            there = set(file.namelist())
        for number, video in enumerate(self.videos):
            missing = [name for name in COLUMNS if name != 'embeds' and member(f'{number}/{name}') not in there]
            if missing:
                problems.add(f'video {video.name}', f'arrays are missing: '
                                                    f'{", ".join(f"{number}/{name}" for name in missing)}')
        problems.check()

    def read(self, number: int) -> VideoDetections:
        """The detections of one video.

        Args:
            number: Its place in `videos`.

        Raises:
            FormatError: Arrays have the wrong type or shape, do not fit together, or are damaged; all of it is listed.
        """
        video, problems = self.videos[number], Problems(self.path)
        place = f'video {video.name}'
        columns = {}
        with self._open() as file:
            for name in COLUMNS:
                if name != 'embeds' or member(f'{number}/embeds') in file.namelist():
                    columns[name] = self._column(file, number, name, place, problems)
        problems.check()
        _check_columns(columns, video, len(self.classes), self.embed_size, place, problems)
        problems.check()
        masks = _cut(columns['masks'], columns['mask_ends'])
        with_mask = [row for row, mask in enumerate(masks) if mask is not None]
        for index, fault in broken([masks[row] for row in with_mask], video.height, video.width).items():
            problems.add(f'{place}, row {with_mask[index]}', fault)
        problems.check()
        embeds = columns.get('embeds')
        if embeds is None and self.embed_size is not None:
            embeds = np.zeros((0, self.embed_size), np.float32)
        return VideoDetections(video, columns['offsets'], columns['labels'], columns['scores'], columns['bboxes'],
                               masks, embeds)

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except zipfile.BadZipFile as error:
            raise FormatError(str(self.path), (f'file: is no detections file, or ends early: {error}',)) from None

    def _column(self, file: zipfile.ZipFile, number: int, name: str, place: str, problems: Problems
                ) -> np.ndarray | None:
        array = _array(file, f'{number}/{name}', place, problems)
        kind, trailing = COLUMNS[name]
        if array is None:
            return None
        wanted = tuple(self.embed_size if size is None else size for size in trailing)
        if array.dtype != kind:
            problems.add(place, f'{number}/{name} must be {np.dtype(kind)}, got {array.dtype}')
        elif array.ndim != 1 + len(wanted) or array.shape[1:] != wanted:
            problems.add(place, f'{number}/{name} must have shape ({", ".join(map(str, ("N", *wanted)))}), '
                                f'got {array.shape}')
        return array


def _index(file: zipfile.ZipFile, problems: Problems) -> Any:
    if member(INDEX) not in file.namelist():
        problems.add('file', f'is no detections file: the array {INDEX!r} is missing')
        return None
    array = _array(file, INDEX, 'file', problems)
    try:
        return None if array is None else json.loads(array.astype(np.uint8).tobytes().decode())
    except ValueError as error:
        problems.add(INDEX, f'must be JSON in UTF-8: {error}')
    return None


def _contents(index: Any, problems: Problems) -> tuple[tuple[str, ...], tuple[Video, ...], int | None]:
    """Classes, videos and size of embeddings."""
    if not isinstance(index, dict) or (index.get('kind'), index.get('version')) != (KIND, VERSION):
        problems.add(INDEX, f'must hold kind {KIND!r} and version {VERSION}, got {shown(index)}')
        return (), (), None
    classes, entries, size = index.get('classes'), index.get('videos'), index.get('embed_size')
    if not isinstance(classes, list) or not all(map(is_text, classes)) or len(set(classes)) < len(classes):
        problems.add(INDEX, f'classes must be a list of different names, got {shown(classes)}')
        classes = []
    if size is not None and not is_whole(size, 1):
        problems.add(INDEX, f'embed_size must be a whole number from 1, or null, got {shown(size)}')
    if not isinstance(entries, list):
        problems.add(INDEX, f'videos must be a list, got {shown(entries)}')
        return (), (), None
    videos = [parse_video(entry, problems, f'{INDEX}, videos[{number}]') for number, entry in enumerate(entries)]
    known: set[int | str] = set()
    for video in filter(None, videos):
        if video.id in known:
            problems.add(INDEX, f'video id {video.id!r} occurs twice')
        known.add(video.id)
    return tuple(classes), tuple(videos), size


def _array(file: zipfile.ZipFile, name: str, place: str, problems: Problems) -> np.ndarray | None:
    try:
        with file.open(member(name)) as stored:
            return np.lib.format.read_array(stored, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        problems.add(place, f'{name} cannot be read: {error}')
    return None


def _check_columns(columns: dict[str, np.ndarray], video: Video, num_classes: int, embed_size: int | None, place: str,
                   problems: Problems) -> None:
    """Note columns that do not fit together, and values that nothing can be done with."""
    offsets, ends = columns['offsets'], columns['mask_ends']
    lengths = {name: len(columns[name]) for name in ('labels', 'scores', 'bboxes', 'mask_ends', 'embeds')
               if name in columns}
    if len(set(lengths.values())) > 1:
        problems.add(place, f'columns must be equally long, got {lengths}')
        return
    count = len(ends)
    if len(offsets) != video.length + 1:
        problems.add(place, f'offsets must be {video.length + 1}, one more than frames, got {len(offsets)}')
    elif offsets[0] != 0 or offsets[-1] != count or np.any(np.diff(offsets) < 0):
        problems.add(place, f'offsets must rise from 0 to {count}, the number of rows, got {shown(offsets.tolist())}')
    if np.any(np.diff(ends, prepend=0) < 0) or (ends[-1] if count else 0) != len(columns['masks']):
        problems.add(place, f'mask_ends must rise to {len(columns["masks"])}, the length of masks, got '
                            f'{shown(ends.tolist())}')
    labels = columns['labels']
    if count and not 0 <= labels.min() <= labels.max() < num_classes:
        problems.add(place, f'labels must lie in 0..{num_classes - 1}, got {labels.min()}..{labels.max()}')
    for name in ('scores', 'bboxes', 'embeds'):
        odd = np.argwhere(~np.isfinite(columns[name])) if name in columns else []
        if len(odd):
            row = odd[0, 0]
            problems.add(place, f'{name} must be finite numbers, got {columns[name][row]} in row {row}')
    if count and embed_size is not None and 'embeds' not in columns:
        problems.add(place, f'embeds are missing, embed_size is {embed_size}')


def _cut(masks: np.ndarray, ends: np.ndarray) -> tuple[bytes | None, ...]:
    """The counts of each row."""
    text = masks.tobytes()
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return tuple(text[start:end] or None for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
