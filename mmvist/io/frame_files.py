"""Frame JSON of any number of videos: a file for a single one, else a folder with a file `NAME.json` for each."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmvist.io import frame_json
from mmvist.io.frame_json import FrameJSONWriter
from mmvist.io.problems import FormatError, Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import check_names
from mmvist.structures import FrameResult, VideoSet, VideoTracks


def read(path: str | Path) -> VideoSet:
    """Read what was tracked in some videos as it stands in the files, see `frame_json.read`.

    Args:
        path: A file, or a folder of them, which must all have the same classes.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: A file is broken, the classes differ, or the folder holds none; it lists all of it.
    """
    path = Path(path)
    problems = Problems(path)
    found = _read_all(path, problems)
    classes = next(iter(found.values())).classes if found else ()
    for file, video_set in found.items():
        if video_set.classes != classes:
            problems.add(file, f'the classes are {list(video_set.classes)}, those of other files {list(classes)}')
    problems.check()
    return VideoSet(classes, tuple(video_set.videos[0] for video_set in found.values()), tuple(range(len(classes))))


def read_results(path: str | Path, ground_truth: VideoSet) -> VideoSet:
    """Read what was tracked in the videos of a ground truth.

    Args:
        path: A file, or a folder of them. Videos are found by their names; a file alone is of the only video there is.
        ground_truth: Names the videos, their lengths and sizes, and the classes, which may stand in another order in
            the files; a video without a file has no tracks.

    Raises:
        FileNotFoundError: There is no such file or folder.
        FormatError: A file is broken, or videos, their lengths and sizes, or classes do not fit; it lists all of it.
    """
    path = Path(path)
    problems = Problems(path)
    tracks_of = {tracks.video.name: VideoTracks.from_rows(tracks.video, []) for tracks in ground_truth.videos}
    found = _read_all(path, problems)
    seen = set()
    for file, video_set in found.items():
        (tracks,) = video_set.videos
        name = next(iter(tracks_of)) if path.is_file() and len(tracks_of) == 1 else tracks.video.name
        if name not in tracks_of:
            problems.add(file, f'unknown video {name!r}, it is not in the ground truth')
            continue
        if name in seen:
            problems.add(file, f'is of video {name}, as is another file')
        seen.add(name)
        video = tracks_of[name].video
        sizes = [(one.length, one.height, one.width) for one in (tracks.video, video)]
        if sizes[0] != sizes[1]:
            problems.add(file, f'has {sizes[0]} (frames, height, width), the ground truth {sizes[1]}')
        strangers = [video_set.classes[label] for label in np.unique(tracks.labels).tolist()
                     if video_set.classes[label] not in ground_truth.classes]
        if strangers:
            problems.add(file, f'has objects of {strangers}; the classes are {list(ground_truth.classes)}')
        elif sizes[0] == sizes[1]:
            names = [video_set.classes[label] for label in tracks.labels.tolist()]
            labels = np.array([ground_truth.classes.index(one) for one in names], np.int64)
            tracks_of[name] = replace(tracks, video=video, labels=labels)
    problems.check()
    return VideoSet(ground_truth.classes, tuple(tracks_of.values()), ground_truth.category_ids)


def _read_all(path: Path, problems: Problems) -> dict[str, VideoSet]:
    """What each file holds, by its name."""
    files = sorted(path.glob('*.json')) if path.is_dir() else [path]
    if not files:
        problems.add('folder', 'holds no file *.json')
    found = {}
    for file in progress(files, len(files), f'reading {path}'):
        try:
            found[file.name] = frame_json.read(file)
        except FormatError as error:
            for line in error.problems:
                problems.add(file.name, line)
    return found


def write(video_set: VideoSet, path: str | Path) -> None:
    """Write ground truth or results.

    What the format cannot hold: ignore rows, category ids, more than 32 bits of a box; and where there are scores of
    whole tracks, a track has one class.

    Args:
        video_set: A single video where the path ends in `.json`.
        path: A file when it ends in `.json`; else a folder, made when missing.

    Raises:
        FormatError: There are several videos for a file, names occur twice or cannot be files', or a video has no
            frames. Nothing is written then.
    """
    path = Path(path)
    problems = Problems(path)
    is_file = path.suffix == '.json'
    if is_file and len(video_set.videos) != 1:
        problems.add('videos', f'a file holds one, got {len(video_set.videos)}; name a folder')
    check_names(video_set, problems)
    problems.check()
    for tracks in progress(video_set.videos, len(video_set.videos), f'writing {path}'):
        file = path if is_file else path / f'{tracks.video.name}.json'
        with FrameJSONWriter(file, tracks.video, video_set.classes) as writer:
            for result in frame_results(tracks.select(~tracks.ignore)):
                writer.write(result)


def frame_results(tracks: VideoTracks) -> Iterator[FrameResult]:
    """The frames of a video in order; the last one has summaries where tracks have scores of their own."""
    summaries = {track: tracks.summary(track) for track in tracks.track_ids.tolist()} if tracks.track_scores else None
    for frame in range(tracks.video.length):
        rows = tracks.rows_at(frame)
        yield FrameResult(tracks.video, frame, tracks.ids[rows], tracks.labels[rows], tracks.scores[rows],
                          tracks.bboxes[rows].astype(np.float32), tracks.masks[rows],
                          summaries if frame == tracks.video.length - 1 else None)
