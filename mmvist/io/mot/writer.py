"""MOT text: writing."""

from pathlib import Path

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.mot.ground_truth import CLASSES, PEDESTRIAN
from mmvist.io.mot.results import NOT_STATED
from mmvist.io.mot.seqinfo import write_info
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import check_names
from mmvist.structures import VideoSet, VideoTracks

# The class that stands for all that is ignored.
DISTRACTOR = 8


def write(video_set: VideoSet, folder: str | Path) -> None:
    """Write `folder/NAME/gt/gt.txt` and `folder/NAME/seqinfo.ini` of every video, in the form of MOT16 and later.

    Ignore rows become distractors, class 8; the visibility of every box is 1. What the format cannot hold: masks,
    scores, which kind of distractor a row was, and names of images that are not `NAME/FOLDER/000001.jpg` and on.

    Args:
        video_set: Of the class 'pedestrian' alone.
        folder: Made when missing.

    Raises:
        FormatError: There are other classes, names occur twice or cannot be folders', videos without frames, ids below
            0 or twice in a frame, or boxes that are not finite or end before they begin. Nothing is written then.
    """
    folder = Path(folder)
    _check(video_set, folder)
    for tracks in progress(video_set.videos, len(video_set.videos), f'writing {folder}'):
        name = tracks.video.name
        tails = np.where(tracks.ignore, f'0,{DISTRACTOR},1', f'1,{PEDESTRIAN},1').tolist()
        _write_lines(tracks, tails, folder / name / 'gt' / 'gt.txt')
        write_info(tracks.video, folder / name / 'seqinfo.ini')


def write_results(video_set: VideoSet, folder: str | Path) -> None:
    """Write `folder/NAME.txt` of every video, an empty one where it has no tracks, as the official server takes them.

    Ignore rows are not written. What the format cannot hold: masks, and scores of whole tracks.

    Args:
        video_set: Of the class 'pedestrian' alone.
        folder: Made when missing.

    Raises:
        FormatError: As for `write`; or a score is not finite, or is -1, which says that there is none.
    """
    folder = Path(folder)
    results = VideoSet(video_set.classes, tuple(tracks.select(~tracks.ignore) for tracks in video_set.videos),
                       video_set.category_ids)
    _check(results, folder, with_scores=True)
    for tracks in progress(results.videos, len(results.videos), f'writing {folder}'):
        tails = [f'{score},-1,-1,-1' for score in _texts(tracks.scores)]
        _write_lines(tracks, tails, folder / f'{tracks.video.name}.txt')


def _check(video_set: VideoSet, folder: Path, with_scores: bool = False) -> None:
    problems = Problems(folder)
    if video_set.classes != CLASSES:
        problems.add('classes', f'must be {list(CLASSES)}, got {list(video_set.classes)}')
    check_names(video_set, problems)
    for tracks in video_set.videos:
        order = np.lexsort((tracks.ids, tracks.frames))
        again = np.zeros(len(tracks), bool)
        again[order[1:]] = (np.diff(tracks.frames[order]) == 0) & (np.diff(tracks.ids[order]) == 0)
        faults = {'the id is below 0': tracks.ids < 0, 'the id occurs twice in the frame': again,
                  'the label must be 0, or -1 in an ignore row': (tracks.labels != 0) & ~tracks.ignore,
                  'the box must be finite': ~np.isfinite(tracks.bboxes).all(axis=1),
                  'the box ends before it begins': (tracks.bboxes[:, 2:] < tracks.bboxes[:, :2]).any(axis=1)}
        if with_scores:
            faults['the score must be finite, and not -1'] = ~np.isfinite(tracks.scores) | (tracks.scores == NOT_STATED)
        for fault, rows in faults.items():
            for row in np.flatnonzero(rows).tolist():
                problems.add(f'video {tracks.video.name}, frame {tracks.frames[row]}, id {tracks.ids[row]}', fault)
    problems.check()


def _write_lines(tracks: VideoTracks, tails: list[str], path: Path) -> None:
    boxes = np.concatenate([tracks.bboxes[:, :2], _sizes(tracks.bboxes.astype(np.float64))], axis=1)
    columns = [_texts(column) for column in boxes.T]
    with open_atomic(path) as file:
        file.writelines(','.join(fields) + '\n' for fields in
                        zip(map(str, (tracks.frames + 1).tolist()), map(str, tracks.ids.tolist()), *columns, tails,
                            strict=True))


def _sizes(bboxes: np.ndarray) -> np.ndarray:
    """Widths and heights (R, 2) that come back to these very boxes when they are added, short ones if possible."""
    start, end = bboxes[:, :2], bboxes[:, 2:]
    exact = end - start
    sizes = np.round(exact, 6)
    for other in (exact, np.nextafter(exact, np.inf), np.nextafter(exact, -np.inf)):
        sizes = np.where(start + sizes == end, sizes, other)
    return np.where(start + sizes == end, sizes, exact)


def _texts(numbers: np.ndarray) -> list[str]:
    """The shortest text that is read as the same number."""
    return [text.removesuffix('.0') for text in numbers.astype(str).tolist()]
