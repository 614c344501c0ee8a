"""MOTS as text: a file a sequence, a line a mask, `frame id class height width rle`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

from mmvist.io.atomic import open_atomic
from mmvist.io.disjoint_masks import overlaps
from mmvist.io.mots.benchmark import (
    IGNORE_CLASS,
    IGNORE_ID,
    KITTI_MOTS,
    MOTSBenchmark,
    length_of,
    writable_frames,
)
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.segmentation import broken
from mmvist.io.sequences import MAX_LENGTH, MAX_PIXELS
from mmvist.io.text_lines import read_lines
from mmvist.structures import Video, VideoSet, VideoTracks, rle

BLOCK = 4096  # lines that are taken apart together


def read_txt(path: str | Path, benchmark: MOTSBenchmark = KITTI_MOTS,
             sequences: Mapping[str, tuple[int, int] | None] | None = None, videos: Sequence[Video] | None = None,
             trusted: bool = False) -> VideoSet:
    """Read one sequence from a file `NAME.txt`, or all of a folder of such files or of folders `NAME/gt/gt.txt`.

    Ids are those of the file. Rows of class 10 are `ignore` rows and carry the label -1: they belong to no class.

    Args:
        path: File or folder.
        benchmark: Which classes there are, and how frames are counted.
        sequences: The sequences wanted, with first and last frame, or `None` for one that ends with its last mask;
            without it all are read. The first frame must be the benchmark's.
        videos: In place of `sequences`: the videos wanted, with their lengths and sizes, from the ground truth.
        trusted: Leave masks unchecked and boxes undefined (nan), for scores of masks, which check them.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: A wanted sequence has no file, begins with another frame than the benchmark's, or has lines that
            are not as the format wants them: a wrong field, an unknown class, a broken mask or one of another size, a
            frame outside the sequence, an id twice in a frame, masks of a frame that overlap. It lists all of them.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    files = text_files(path)
    problems = Problems(path)
    known = {video.name: video for video in videos or ()}
    wanted = list(known) if videos is not None else list(sequences if sequences is not None else files)
    if videos is None and sequences is None and not files:
        problems.add('folder', 'holds no file *.txt and no folder with gt/gt.txt')
    for name in wanted:
        if name not in files:
            problems.add(f'sequence {name}', f'there is no file {name}.txt')
    result = []
    for name in progress([name for name in wanted if name in files], len(wanted), f'reading {path}'):
        length = None if sequences is None else length_of(name, sequences[name], benchmark, problems)
        result.append(_Sequence(name, files[name], benchmark, known.get(name), length, problems).read(trusted))
    problems.check()
    return VideoSet(benchmark.classes, tuple(result), benchmark.category_ids)


def text_files(path: Path) -> dict[str, Path]:
    """The text file of each sequence, by name, as MOTS is released: `NAME.txt`, or `NAME/gt/gt.txt` in MOTS20."""
    if path.is_file():
        return {path.stem: path}
    return ({file.stem: file for file in sorted(path.glob('*.txt'))}
            or {file.parents[1].name: file for file in sorted(path.glob('*/gt/gt.txt'))})


class _Sequence:
    """One file.

    Args:
        name: The sequence.
        path: The file.
        benchmark: Which classes there are, and how frames are counted.
        video: What is known of it already.
        length: Number of its frames, where that alone is known.
        problems: Where to note what is wrong.
    """

    def __init__(self, name: str, path: Path, benchmark: MOTSBenchmark, video: Video | None, length: int | None,
                 problems: Problems) -> None:
        self.name, self.path, self.benchmark, self.video, self.problems = name, path, benchmark, video, problems
        self._place = path.name if path.stem == name else f'{name}/gt/gt.txt'
        self.length = length if video is None else video.length

    def read(self, trusted: bool) -> VideoTracks:
        """The tracks, without what is wrong."""
        values, masks, numbers = self._within_reason(*self._columns())
        video = self._video(values)
        labels = np.array([-1] + list(range(len(self.benchmark.category_ids))), np.int64)
        categories = np.array([IGNORE_CLASS, *self.benchmark.category_ids], np.int64)
        values[:, 0] -= self.benchmark.first_frame
        is_class = values[:, 2, None] == categories
        usable = self._usable(values, is_class, video, numbers)
        if not trusted:
            kept = np.flatnonzero(usable)
            for index, fault in broken([masks[row] for row in kept], video.height, video.width).items():
                self._note(numbers[kept[index]], fault)
                usable[kept[index]] = False
        order = np.flatnonzero(usable)
        order = order[np.argsort(values[order, 0], kind='stable')]
        frames, ids = values[order, 0], values[order, 1]
        masks = tuple(masks[row] for row in order.tolist())
        boxes = np.full((len(order), 4), np.nan) if trusted else rle.bboxes(masks, video.height, video.width)
        boxes = boxes.astype(np.float64)
        tracks = VideoTracks(video, frames, ids, labels[is_class[order].argmax(axis=1)],
                             np.ones(len(order), np.float32), boxes, masks, values[order, 2] == IGNORE_CLASS)
        if not trusted:
            self._check_frames(tracks, numbers[order])
        return tracks

    def _columns(self) -> tuple[np.ndarray, list[bytes], np.ndarray]:
        """The five numbers of each line (R, 5), its mask, and its number in the file (R,)."""
        lines, numbers = read_lines(self.path)
        values, masks, kept = [np.zeros((0, 5), np.int64)], [], []
        # Whole columns at once; only a block that fails the test is looked at line by line.
        for first in range(0, len(lines), BLOCK):
            block, places = lines[first:first + BLOCK], numbers[first:first + BLOCK]
            fields = _fields(block)
            if fields is None:
                right = [_fields([line]) is not None for line in block]
                for index in np.flatnonzero(~np.array(right)).tolist():
                    self._note(places[index], 'must be "frame id class height width rle", whole numbers and single '
                                              f'blanks, got {block[index][:60].decode(errors="replace")!r}')
                block, places = ([entry for entry, is_right in zip(column, right, strict=True) if is_right]
                                 for column in (block, places))
                fields = _fields(block)
            values.append(np.array([list(map(int, fields[column::6])) for column in range(5)], np.int64
                                   ).reshape(5, -1).T)
            masks += fields[5::6]
            kept += places
        return np.concatenate(values), masks, np.array(kept, np.int64)

    def _within_reason(self, values: np.ndarray, masks: list[bytes], numbers: np.ndarray
                       ) -> tuple[np.ndarray, list[bytes], np.ndarray]:
        """Leave out lines of frames and sizes that no video has; they are noted."""
        num_pixels = values[:, 3].astype(np.float64) * values[:, 4]
        is_late, is_odd = values[:, 0] > MAX_LENGTH, (num_pixels < 1) | (num_pixels > MAX_PIXELS)
        if not (is_late | is_odd).any():
            return values, masks, numbers
        for row in np.flatnonzero(is_late | is_odd).tolist():
            frame, height, width = values[row, [0, 3, 4]].tolist()
            self._note(numbers[row], f'frame {frame} lies behind {MAX_LENGTH}' if is_late[row] else
                       f'an image must have 1 to {MAX_PIXELS} pixels, got {height} x {width} (height, width)')
        kept = np.flatnonzero(~(is_late | is_odd))
        return values[kept], [masks[row] for row in kept.tolist()], numbers[kept]

    def _note(self, number: int, problem: str) -> None:
        self.problems.add(f'{self._place}, line {number}', problem)

    def _video(self, values: np.ndarray) -> Video:
        video, name = self.video, self.name
        # Ground truth without any mask does not know its size.
        height, width = values[0, 3:].tolist() if len(values) and (video is None or not video.height) else (0, 0)
        if video is not None:
            return video if video.height else replace(video, height=height, width=width)
        length = self.length
        if length is None:
            length = int(values[:, 0].max(initial=self.benchmark.first_frame - 1)) - self.benchmark.first_frame + 1
        return Video(name, name, height, width, max(length, 0))

    def _usable(self, values: np.ndarray, is_class: np.ndarray, video: Video, numbers: np.ndarray) -> np.ndarray:
        """(R,) bool; the others are noted."""
        first, length = self.benchmark.first_frame, video.length
        checks = (
            (is_class.any(axis=1), lambda row: f'unknown class {row[2]}'),
            ((values[:, 3] == video.height) & (values[:, 4] == video.width),
             lambda row: f'size is {row[3]} {row[4]}, the video is {video.height} {video.width} (height, width)'),
            ((values[:, 0] >= 0) & (values[:, 0] < length),
             lambda row: f'frame {row[0] + first} lies outside the video, whose frames are {first}..'
                         f'{length - 1 + first}'))
        usable = np.ones(len(values), bool)
        for passed, problem in checks:
            for row in np.flatnonzero(usable & ~passed).tolist():
                self._note(numbers[row], problem(values[row]))
            usable &= passed
        return usable

    def _check_frames(self, tracks: VideoTracks, numbers: np.ndarray) -> None:
        """Note ids that occur twice in a frame, and masks that overlap."""
        order = np.lexsort((tracks.ids, tracks.frames))
        same = (np.diff(tracks.frames[order]) == 0) & (np.diff(tracks.ids[order]) == 0)
        for first, second in zip(order[:-1][same].tolist(), order[1:][same].tolist(), strict=True):
            self._note(numbers[second], f'id {tracks.ids[second]} stands in this frame already, in line '
                                        f'{numbers[first]}')
        for frame, fault in overlaps(tracks):
            self.problems.add(f'{self._place}, frame {frame + self.benchmark.first_frame}', fault)


def _fields(lines: list[bytes]) -> list[bytes] | None:
    """The six fields of all lines, if every line is five whole numbers and a mask with single blanks between."""
    if not lines:
        return []
    fields = b' '.join(lines).split(b' ')
    regular = (all(line.count(b' ') == 5 for line in lines) and b'' not in fields
               and all(b''.join(fields[column::6]).isdigit() and max(map(len, fields[column::6])) < 19
                       for column in range(5)))
    return fields if regular else None


def write_txt(video_set: VideoSet, folder: str | Path, first_frame: int = 0) -> None:
    """Write a file `NAME.txt` for every video, an empty one where it has no tracks.

    Ids are written as they are. Ignore rows of a frame become one region, id 10000 and class 10.

    Args:
        video_set: Its `category_ids` are the class numbers.
        folder: Made when missing.
        first_frame: Number of a video's first frame: 0 for KITTI MOTS, 1 for MOTSChallenge.

    Raises:
        FormatError: A row has no mask, masks of a frame overlap, or names or class numbers do not fit the format.
    """
    for tracks, frames in writable_frames(video_set, str(folder)):
        with open_atomic(Path(folder) / f'{tracks.video.name}.txt') as file:
            for frame, rows in enumerate(frames):
                for line in _lines(tracks, rows, video_set.category_ids):
                    file.write(f'{frame + first_frame} {line}\n')


def _lines(tracks: VideoTracks, rows: slice, category_ids: Sequence[int]) -> list[str]:
    video, size = tracks.video, f'{tracks.video.height} {tracks.video.width}'
    numbers = range(rows.start, rows.stop)
    lines = [f'{tracks.ids[row]} {category_ids[tracks.labels[row]]} {size} {tracks.masks[row].decode("ascii")}'
             for row in numbers if not tracks.ignore[row]]
    ignored = [tracks.masks[row] for row in numbers if tracks.ignore[row]]
    if ignored:
        region = coco.merge(rle.as_coco(ignored, video.height, video.width))['counts']
        lines.append(f'{IGNORE_ID} {IGNORE_CLASS} {size} {region.decode("ascii")}')
    return lines
