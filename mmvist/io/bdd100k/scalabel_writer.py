"""BDD100K's JSON labels, in Scalabel's format: writing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmvist.io.bdd100k.classes import CLASSES
from mmvist.io.bdd100k.labels import BOX_KEYS
from mmvist.io.bdd100k.listing import frame_names
from mmvist.io.json_file import write_json
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import check_names
from mmvist.structures import VideoSet, VideoTracks


def write(video_set: VideoSet, path: str | Path) -> None:
    """Write ground truth: boxes, and masks where rows have them.

    A file is a list of frames as BDD100K's are; where the classes are not BDD100K's own, it is an object that names
    them in `config`. Ids are written as text. An `ignore` row becomes a crowd; one of no class gets the first class,
    which is all the same to the official tools: their ignore boxes count for every class. What the format cannot hold:
    scores, `category_ids` other than 1, 2, ..., frame rates, ids of videos beside their names.

    Args:
        video_set: Frames without a file name are called as BDD100K's, `VIDEO-0000001.jpg` and on.
        path: A file when it ends in `.json`; else a folder, with one file a video.

    Raises:
        FormatError: A name occurs twice or cannot be a file's, or a video has no frames.
    """
    _write(video_set, Path(path), with_scores=False)


def write_results(video_set: VideoSet, path: str | Path) -> None:
    """Write results, each label with its score; `ignore` rows are not written. Else as `write`.

    Scores of whole tracks have no place in the format.

    Raises:
        FormatError: A name occurs twice or cannot be a file's, or a video has no frames.
    """
    _write(video_set, Path(path), with_scores=True)


def _write(video_set: VideoSet, path: Path, with_scores: bool) -> None:
    problems = Problems(path)
    check_names(video_set, problems)
    problems.check()
    videos = progress(video_set.videos, len(video_set.videos), f'writing {path}')
    if path.suffix == '.json':
        frames = [frame for tracks in videos for frame in _frames(tracks, video_set.classes, with_scores)]
        write_json(_content(frames, video_set.classes), path)
        return
    path.mkdir(parents=True, exist_ok=True)
    for tracks in videos:
        frames = list(_frames(tracks, video_set.classes, with_scores))
        write_json(_content(frames, video_set.classes), path / f'{tracks.video.name}.json')


def _content(frames: list[dict], classes: tuple[str, ...]) -> list | dict:
    if classes == CLASSES:
        return frames
    return {'frames': frames, 'config': {'categories': [{'name': name} for name in classes]}}


def _frames(tracks: VideoTracks, classes: tuple[str, ...], with_scores: bool) -> Iterator[dict]:
    video = tracks.video
    if with_scores:
        tracks = tracks.select(~tracks.ignore)
    boxes, scores = tracks.bboxes.tolist(), _short(tracks.scores)
    size = [video.height, video.width]
    labels = []
    for row, (track, label, mask) in enumerate(zip(tracks.ids.tolist(), tracks.labels.tolist(), tracks.masks,
                                                   strict=True)):
        entry = {'id': str(track), 'category': classes[max(label, 0)],
                 'box2d': dict(zip(BOX_KEYS, boxes[row], strict=True))}
        if mask is not None:
            entry['rle'] = {'counts': mask.decode('ascii'), 'size': size}
        if with_scores:
            entry['score'] = scores[row]
        elif tracks.ignore[row]:
            entry['attributes'] = {'crowd': True}
        labels.append(entry)
    for frame, name in enumerate(frame_names(video)):
        yield {'name': name, 'videoName': video.name, 'frameIndex': frame,
               'size': {'width': video.width, 'height': video.height}, 'labels': labels[tracks.rows_at(frame)]}


def _short(values: np.ndarray) -> list[float]:
    """The shortest numbers that read back as the same 32-bit ones."""
    return [float(text) for text in map(str, values)]
