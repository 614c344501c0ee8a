"""Results and detections in MOT text: reading."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmvist.io.mot.ground_truth import CLASSES
from mmvist.io.mot.layout import existing, text_files
from mmvist.io.mot.table import bboxes_of, frames_of, read_rows
from mmvist.io.problems import FormatError, Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import result_ends
from mmvist.structures import Video, VideoSet, VideoTracks

WIDTHS = range(6, 11)
NOT_STATED = -1


def read_results(path: str | Path, ground_truth: VideoSet,
                 sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read a tracker's results, `frame,id,x,y,width,height[,conf[,class[,...]]]`.

    The score is column 7, 1 where that is missing or -1; it may be any finite number. A class may be stated in column
    8 as long as it is the pedestrian's, 1. Files of other videos are left alone; a video without a file has no tracks.

    Args:
        path: A folder of files `NAME.txt`; or one such file, whatever its name where there is only one video.
        ground_truth: Names the videos, their lengths and sizes, and the classes.
        sequences: The ends that the ground truth was read with, if it was: frames are counted from the same one, and
            those outside are left out.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: No file is called like a video, the classes hold no pedestrian, ends do not fit a video, or lines
            are not as the format wants them, see `mmvist.io.mot.read`. It lists all of them.
    """
    return _read(path, ground_truth, True, sequences)


def read_detections(path: str | Path, ground_truth: VideoSet,
                    sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read detections, which have no ids (-1, or any other, which are not read); each frame's are counted from 0.

    Args:
        path: As for `read_results`, or a folder of folders `NAME` with `det/det.txt`.
        ground_truth: As for `read_results`.
        sequences: As for `read_results`.

    Raises:
        FileNotFoundError: As for `read_results`.
        FormatError: As for `read_results`, but for the ids.
    """
    return _read(path, ground_truth, False, sequences)


def _read(path: str | Path, ground_truth: VideoSet, with_ids: bool,
          sequences: Mapping[str, tuple[int, int] | None] | None) -> VideoSet:
    path = existing(path)
    problems = Problems(path)
    if CLASSES[0] not in ground_truth.classes:
        problems.add('classes', f'must hold {CLASSES[0]!r}, the ground truth\'s are {list(ground_truth.classes)}')
        problems.check()
    label = ground_truth.classes.index(CLASSES[0])
    files = _files(path, [tracks.video.name for tracks in ground_truth.videos], with_ids)
    result = []
    for video in progress((tracks.video for tracks in ground_truth.videos), len(ground_truth.videos),
                          f'reading {path}'):
        file, ends = files.get(video.name), result_ends(video, sequences, 1, problems)
        result.append(VideoTracks.from_rows(video, []) if file is None else
                      _read_video(file, _place(file, path), video, ends, label, with_ids, problems))
    problems.check()
    return VideoSet(ground_truth.classes, tuple(result), ground_truth.category_ids)


def _files(path: Path, names: Sequence[str], with_ids: bool) -> dict[str, Path]:
    """Files by the names of their videos."""
    if path.is_file():
        name = names[0] if len(names) == 1 else path.stem
        if name not in names:
            raise FormatError(str(path), (f'file: unknown video {name!r}, it is not in the ground truth',))
        return {name: path}
    found = text_files(path)
    if not with_ids:
        found |= {file.parents[1].name: file for file in sorted(path.glob('*/det/det.txt'))}
    if names and not set(found) & set(names):
        raise FormatError(str(path), (f'folder: holds no file of {", ".join(names[:3])}{", ..." * (len(names) > 3)}; '
                                      f'it has {sorted(found)[:3] or "none at all"}',))
    return found


def _place(file: Path, path: Path) -> str:
    return file.name if file == path else file.relative_to(path).as_posix()


def _read_video(file: Path, place: str, video: Video, ends: tuple[int, int, int], label: int, with_ids: bool,
                problems: Problems) -> VideoTracks:
    first, last, limit = ends
    table = read_rows(file, place, WIDTHS, limit, with_ids, problems)
    width = table.values.shape[1]
    if width >= 8:
        table.note(np.trunc(table.values[:, 7]) > 1,
                   lambda row: f'unknown class {row[7]:.9g}, results are of pedestrians: 1, or -1', problems)
    table = table.select((table.values[:, 0] >= first) & (table.values[:, 0] <= last))
    frames = frames_of(table) - (first - 1)
    order = np.argsort(frames, kind='stable')
    frames, values = frames[order], table.values[order]
    ids = values[:, 1].astype(np.int64) if with_ids else np.arange(len(frames)) - np.searchsorted(frames, frames)
    scores = values[:, 6] if width >= 7 else np.ones(len(frames))
    return VideoTracks(video, frames, ids, np.full(len(frames), label), np.where(scores == NOT_STATED, 1, scores)
                       .astype(np.float32), bboxes_of(table)[order], (None,) * len(frames),
                       np.zeros(len(frames), bool))
