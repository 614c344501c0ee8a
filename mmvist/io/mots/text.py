"""MOTS as text: a file a sequence, a line a mask, `frame id class height width rle`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

from mmvist.io.atomic import open_atomic
from mmvist.io.mots.benchmark import (
    IGNORE_CLASS,
    IGNORE_ID,
    KITTI_MOTS,
    MOTSBenchmark,
    frame_fault,
    writable_frames,
)
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.segmentation import broken
from mmvist.structures import Video, VideoSet, VideoTracks, rle


def read_txt(path: str | Path, benchmark: MOTSBenchmark = KITTI_MOTS,
             seqmap: Mapping[str, tuple[int, int]] | None = None, videos: Sequence[Video] | None = None) -> VideoSet:
    """Read one sequence from a file `NAME.txt`, or all of a folder.

    Ids are those of the file. Rows of class 10 are `ignore` rows and carry the label -1: they belong to no class.

    Args:
        path: File or folder.
        benchmark: Which classes there are, and how frames are counted.
        seqmap: The sequences wanted, with first and last frame; without it all are read and end with their last mask.
        videos: In place of `seqmap`: the videos wanted, with their lengths and sizes, from the ground truth.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: A wanted sequence has no file, or lines that are not as the format wants them: a wrong field, an
            unknown class, a broken mask or one of another size, a frame outside the sequence, an id twice in a frame,
            masks of a frame that overlap. It lists all of them.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f'{path}: no such file or folder')
    files = {path.stem: path} if path.is_file() else {file.stem: file for file in sorted(path.glob('*.txt'))}
    problems = Problems(path)
    known = {video.name: video for video in videos or ()}
    wanted = list(known) if videos is not None else list(seqmap if seqmap is not None else files)
    if videos is None and seqmap is None and not files:
        problems.add('folder', 'holds no file *.txt')
    for name in wanted:
        if name not in files:
            problems.add(f'sequence {name}', f'there is no file {name}.txt')
    result = []
    for name in progress([name for name in wanted if name in files], len(wanted), f'reading {path}'):
        last = None if seqmap is None else seqmap[name][1]
        result.append(_read_sequence(files[name], benchmark, known.get(name), last, problems))
    problems.check()
    return VideoSet(benchmark.classes, tuple(result), benchmark.category_ids)


def _read_sequence(path: Path, benchmark: MOTSBenchmark, video: Video | None, last: int | None, problems: Problems
                   ) -> VideoTracks:
    rows, places = [], []
    labels = {category: label for label, category in enumerate(benchmark.category_ids)} | {IGNORE_CLASS: -1}
    size = None if video is None else (video.height, video.width)
    end = None if last is None else last - benchmark.first_frame + 1
    end = video.length if video is not None else end
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        place, fields = f'{path.name}, line {number}', line.split(' ')
        if len(fields) != 6 or not all(field.isdecimal() for field in fields[:5]):
            problems.add(place, 'must be "frame id class height width rle", whole numbers and single blanks, got '
                                f'{line[:60]!r}')
            continue
        frame, track, category, height, width = map(int, fields[:5])
        frame -= benchmark.first_frame
        size = size or (height, width)
        if category not in labels:
            problems.add(place, f'unknown class {category}')
        elif (height, width) != size:
            problems.add(place, f'size is {height} {width}, the video is {size[0]} {size[1]} (height, width)')
        elif frame < 0 or (end is not None and frame >= end):
            problems.add(place, f'frame {fields[0]} lies outside the video, whose frames are {benchmark.first_frame}..'
                                f'{"" if end is None else end - 1 + benchmark.first_frame}')
        else:
            rows.append((frame, track, labels[category], fields[5].encode(), category == IGNORE_CLASS))
            places.append(place)
    height, width = size or (0, 0)
    faults = broken([row[3] for row in rows], height, width)
    for index, fault in faults.items():
        problems.add(places[index], fault)
    rows = [row for index, row in enumerate(rows) if index not in faults]
    if video is None:
        length = max((row[0] for row in rows), default=-1) + 1 if end is None else end
        video = Video(path.stem, path.stem, height, width, length)
    boxes = rle.bboxes([row[3] for row in rows], height, width)
    tracks = VideoTracks.from_rows(video, [(frame, track, label, 1.0, box, mask, ignore)
                                           for (frame, track, label, mask, ignore), box
                                           in zip(rows, boxes, strict=True)])
    _check_frames(tracks, path.name, benchmark.first_frame, problems)
    return tracks


def _check_frames(tracks: VideoTracks, name: str, first_frame: int, problems: Problems) -> None:
    for frame in np.unique(tracks.frames).tolist():
        rows = tracks.rows_at(frame)
        ids, times = np.unique(tracks.ids[rows], return_counts=True)
        place = f'{name}, frame {frame + first_frame}'
        if times.max() > 1:
            problems.add(place, f'ids occur twice: {ids[times > 1].tolist()}')
        fault = frame_fault(tracks.masks[rows], tracks.ids[rows], tracks.video.height, tracks.video.width)
        if fault is not None:
            problems.add(place, fault)


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
