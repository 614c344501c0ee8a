"""DAVIS's label images: writing."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.davis.palette import VOID, palette
from mmvist.io.disjoint_masks import check_disjoint
from mmvist.io.label_image import join_values
from mmvist.io.label_png import encode_png
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import check_names
from mmvist.structures import VideoSet, VideoTracks


def write(video_set: VideoSet, folder: str | Path) -> None:
    """Write `folder/VIDEO/00000.png` and on for every frame of every video, ground truth or results.

    Images have DAVIS's palette. Ids stay where all of a video's lie in 1..254, else they are counted from 1 in order
    of appearance. Ignore rows become void, 255. What the format cannot hold: classes, scores, boxes that are not tight,
    empty masks, several ignore rows of one frame, frame rates, names of images, and which frames were annotated.

    Args:
        video_set: Masks of a frame must not overlap.
        folder: Made when missing.

    Raises:
        FormatError: A row has no mask, masks of a frame overlap, a video has more than 254 ids or no frames, or names
            occur twice or cannot be folders'. Nothing is written then.
    """
    folder = Path(folder)
    problems = Problems(folder)
    check_names(video_set, problems)
    videos = [replace(tracks, ids=_values(tracks, problems)) for tracks in video_set.videos]
    for tracks in video_set.videos:
        check_disjoint(tracks, problems)
    problems.check()
    images = ((tracks, frame) for tracks in videos for frame in range(tracks.video.length))
    for tracks, frame in progress(images, sum(tracks.video.length for tracks in videos), f'writing {folder}'):
        rows, video = tracks.rows_at(frame), tracks.video
        values = join_values(tracks.ids[rows], tracks.masks[rows], video.height, video.width)
        with open_atomic(folder / video.name / f'{frame:05d}.png', 'wb') as file:
            file.write(encode_png(values.astype(np.uint8), palette().tobytes()))


def _values(tracks: VideoTracks, problems: Problems) -> np.ndarray:
    """Pixel value of every row, (R,) int64."""
    values = np.full(len(tracks), VOID)
    rows = np.flatnonzero(~tracks.ignore)
    ids, first, inverse = np.unique(tracks.ids[rows], return_index=True, return_inverse=True)
    if len(ids) >= VOID:
        problems.add(f'video {tracks.video.name}', f'has {len(ids)} ids, the format has room for {VOID - 1}')
    is_value = len(ids) == 0 or (ids[0] >= 1 and ids[-1] < VOID)
    values[rows] = tracks.ids[rows] if is_value else (np.argsort(np.argsort(first)) + 1)[inverse]
    return values
