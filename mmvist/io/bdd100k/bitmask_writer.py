"""BDD100K's bitmasks: writing."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.bdd100k.bitmask import CROWD
from mmvist.io.bdd100k.classes import CATEGORY_IDS, CLASSES
from mmvist.io.bdd100k.listing import frame_names, stem
from mmvist.io.disjoint_masks import check_disjoint
from mmvist.io.label_image import join_values
from mmvist.io.label_png import encode_png
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.io.sequences import check_names
from mmvist.structures import VideoSet, VideoTracks

MAX_ID = 65535  # two bytes


def write_bitmask(video_set: VideoSet, folder: str | Path) -> None:
    """Write `folder/VIDEO/FRAME.png` for every frame of every video.

    An image is called as the video's file of the frame, or as BDD100K's are where frames are not files. Ids stay where
    all of a video's lie in 1..65535, else they are counted from 1 in order of appearance, as the official tools do.
    Ignore rows become crowds. What the format cannot hold: boxes that are not tight, scores, empty masks, frame rates.

    Args:
        video_set: Its classes are some of BDD100K's.
        folder: Made when missing.

    Raises:
        FormatError: A class is none of BDD100K's, a row has no mask, masks of a frame overlap, a video has more than
            65535 ids or no frames, or names occur twice or cannot be files'.
    """
    problems = Problems(folder)
    check_names(video_set, problems)
    for name in video_set.classes:
        if name not in CLASSES:
            problems.add('classes', f'{name!r} is none of {", ".join(CLASSES)}')
    videos = [replace(tracks, ids=_writable_ids(tracks, problems)) for tracks in video_set.videos]
    names = [[stem(name) for name in frame_names(tracks.video)] for tracks in videos]
    for tracks, stems in zip(videos, names, strict=True):
        if len(set(stems)) < len(stems):
            problems.add(f'video {tracks.video.name}', 'two frames have files of one name')
        check_disjoint(tracks, problems)
    problems.check()
    # The last entry is what label -1 looks up.
    numbers = np.array([*(CATEGORY_IDS[CLASSES.index(name)] for name in video_set.classes), 0])
    images = ((tracks, frame, name) for tracks, stems in zip(videos, names, strict=True)
              for frame, name in enumerate(stems))
    for tracks, frame, name in progress(images, sum(map(len, names)), f'writing {folder}'):
        with open_atomic(Path(folder) / tracks.video.name / f'{name}.png', 'wb') as file:
            file.write(encode_png(_image(tracks, tracks.rows_at(frame), numbers)))


def _writable_ids(tracks: VideoTracks, problems: Problems) -> np.ndarray:
    ids, first, inverse = np.unique(tracks.ids, return_index=True, return_inverse=True)
    if len(ids) > MAX_ID:
        problems.add(f'video {tracks.video.name}', f'has {len(ids)} ids, the format has room for {MAX_ID}')
    if len(ids) == 0 or (ids[0] >= 1 and ids[-1] <= MAX_ID):
        return tracks.ids
    return (np.argsort(np.argsort(first)) + 1)[inverse]


def _image(tracks: VideoTracks, rows: slice, numbers: np.ndarray) -> np.ndarray:
    """RGBA image (H, W, 4) uint8 of one frame."""
    ids, video = tracks.ids[rows], tracks.video
    values = np.zeros(len(ids) + 1, '>u4')  # red, green, blue, alpha, the highest byte first
    attributes, category = tracks.ignore[rows] * CROWD, numbers[tracks.labels[rows]]
    values[1:] = (category << 24) + (attributes << 16) + ids
    numbered = join_values(np.arange(1, len(values)), tracks.masks[rows], video.height, video.width)
    return values.take(numbered).view(np.uint8).reshape(video.height, video.width, 4)
