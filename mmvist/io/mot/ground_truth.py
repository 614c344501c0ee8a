"""MOT ground truth: reading."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmvist.io.mot.layout import SequenceFiles, existing, ground_truth_files
from mmvist.io.mot.seqinfo import SequenceInfo, read_info
from mmvist.io.mot.table import Table, bboxes_of, frames_of, read_rows
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import MAX_LENGTH, wanted_ends
from mmvist.structures import Video, VideoSet, VideoTracks

CLASSES = ('pedestrian',)
CATEGORY_IDS = (1,)
NUM_CLASSES = 13
PEDESTRIAN, NOT_STATED = 1, -1
# Person on a vehicle, static person, distractor, reflection.
DISTRACTORS = (2, 7, 8, 12)
NON_MOTORISED_VEHICLE = 6
WIDTHS = range(7, 11)
# `frame,id,x,y,w,h,conf` is followed by class and visibility, or by a point in three dimensions.
WIDTHS_WITH_CLASS = (8, 9)


def read(path: str | Path, sequences: Mapping[str, tuple[int, int] | None] | None = None) -> VideoSet:
    """Read ground truth of MOT15, MOT16, MOT17 or MOT20.

    The number of columns tells the forms apart, file by file: 8 or 9 are MOT16's and later ones', with a class in
    column 8 (-1: not stated) and the visibility; 10 are MOT15's, which ends with a point in three dimensions, and 7
    stop before it; both hold pedestrians only.

    Objects are pedestrians (class 1) whose flag in column 7 is not 0. Distractors (classes 2, 7, 8 and 12; also 6,
    non-motorised vehicles, in sequences called MOT20...) become `ignore` rows with the label -1. Other classes, and
    pedestrians whose flag is 0, are dropped: they are background for the official evaluation, too, but there they can
    take a result away from a distractor. The visibility and the point are not kept.

    Length, size and images are those of `seqinfo.ini`; a length that is missing there ends with the last frame that
    has a box, a width or height is that of the boxes' largest corner, rounded up.

    Args:
        path: A folder of folders `NAME` with `gt/gt.txt`, best with `seqinfo.ini`; one such folder or its `gt.txt`; a
            folder of files `NAME.txt`; one such file.
        sequences: The sequences wanted, with the number of the first and of the last frame, counted from 1, or `None`
            for a whole one. Frame 0 of the video is the first of these, and rows of the other frames are left out.
            Without it all are read.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: A wanted sequence is not there, or lines that are not as the format wants them: columns that are no
            finite numbers, unknown classes, frames outside the sequence, negative sizes, ids that are no whole numbers
            from 0 or occur twice in a frame. It lists all of them.
    """
    path = existing(path)
    problems = Problems(path)
    found = ground_truth_files(path)
    videos = []
    wanted = dict.fromkeys(found) if sequences is None else sequences
    for name, ends in progress(wanted.items(), len(wanted), f'reading {path}'):
        if name not in found or not found[name].text.is_file():
            problems.add(f'sequence {name}', f'there is no file {name}.txt or {name}/gt/gt.txt')
        else:
            videos.append(_read_sequence(name, found[name], ends, problems))
    problems.check()
    return VideoSet(CLASSES, tuple(videos), CATEGORY_IDS)


def _read_sequence(name: str, files: SequenceFiles, ends: tuple[int, int] | None, problems: Problems) -> VideoTracks:
    info = SequenceInfo() if files.info is None else read_info(files.info, problems)
    place = files.text.name if files.info is None else f'{name}/gt/gt.txt'
    limit = MAX_LENGTH if info.length is None else info.length
    table = read_rows(files.text, place, WIDTHS, limit, True, problems)
    labels = _labels(name, table, problems)
    frames, bboxes = frames_of(table), bboxes_of(table)
    last_known = info.length
    if last_known is None:
        # Ends that are asked for are all that tells how long a sequence without seqinfo.ini is.
        last_known = max(int(frames.max(initial=-1)) + 1, 0 if ends is None else min(ends[1], MAX_LENGTH))
    width, height = (max(math.ceil(bboxes[:, column].max(initial=1)), 1) for column in (2, 3))
    first, last = wanted_ends(name, ends, 1, last_known, problems)
    video = Video(name, name, info.height or height, info.width or width, last - first + 1,
                  info.file_names(name, first, last), info.fps)
    rows = np.flatnonzero((labels > -2) & (frames >= first - 1) & (frames < last))
    rows = rows[np.argsort(frames[rows], kind='stable')]
    return VideoTracks(video, frames[rows] - (first - 1), table.values[rows, 1].astype(np.int64), labels[rows],
                       np.ones(len(rows), np.float32), bboxes[rows], (None,) * len(rows), labels[rows] == -1)


def _labels(name: str, table: Table, problems: Problems) -> np.ndarray:
    """(R,) int64: 0 for objects, -1 for what is ignored, -2 for what is dropped."""
    counts = np.trunc(table.values[:, 6]) != 0
    if table.values.shape[1] not in WIDTHS_WITH_CLASS:
        return np.where(counts, 0, -2)
    classes = table.values[:, 7]
    unknown = ~np.isin(classes, [NOT_STATED, *range(1, NUM_CLASSES + 1)])
    table.note(unknown, lambda row: f'unknown class {row[7]:.9g}, known are 1..{NUM_CLASSES}', problems)
    distractors = (*DISTRACTORS, NON_MOTORISED_VEHICLE) if name.startswith('MOT20') else DISTRACTORS
    pedestrian = np.isin(classes, [PEDESTRIAN, NOT_STATED])
    return np.select([pedestrian & counts, np.isin(classes, distractors)], [0, -1], -2)
