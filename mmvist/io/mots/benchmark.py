"""What MOTS benchmarks with one file format differ in, and what their readers and writers share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco

from mmvist.io.problems import Problems
from mmvist.structures import VideoSet, VideoTracks, rle

IGNORE_CLASS = 10
IGNORE_ID = 10000


@dataclass(frozen=True)
class MOTSBenchmark:
    """Classes and counting of a benchmark.

    Attributes:
        classes: Class names; a label is an index into them.
        category_ids: The files' number of each class.
        first_frame: Number of a sequence's first frame.
    """

    classes: tuple[str, ...]
    category_ids: tuple[int, ...]
    first_frame: int = 0


KITTI_MOTS = MOTSBenchmark(('car', 'pedestrian'), (1, 2))
MOTS_CHALLENGE = MOTSBenchmark(('pedestrian',), (2,), first_frame=1)


def writable_frames(video_set: VideoSet, target: str) -> list[tuple[VideoTracks, list[slice]]]:
    """Every video with the rows of each frame, once all can be written as MOTS files.

    Raises:
        FormatError: Names or class numbers do not fit the format, a row has no mask, or masks of a frame overlap.
    """
    problems = Problems(target)
    if IGNORE_CLASS in video_set.category_ids:
        problems.add('classes', f'class number {IGNORE_CLASS} means ignore')
    names: set[str] = set()
    result = []
    for tracks in video_set.videos:
        name = tracks.video.name
        if name in names or '/' in name:
            problems.add(f'video {name}', 'the name occurs twice' if name in names else 'the name must hold no "/"')
        names.add(name)
        frames = [tracks.rows_at(frame) for frame in range(tracks.video.length)]
        for frame, rows in enumerate(frames):
            fault = frame_fault(tracks.masks[rows], tracks.ids[rows], tracks.video.height, tracks.video.width)
            if fault is not None:
                problems.add(f'video {name}, frame {frame}', fault)
        result.append((tracks, frames))
    problems.check()
    return result


def frame_fault(masks: Sequence[bytes | None], ids: np.ndarray, height: int, width: int) -> str | None:
    """What keeps the masks of one frame from being MOTS masks, if anything."""
    boxes_alone = [int(track) for track, mask in zip(ids, masks, strict=True) if mask is None]
    if boxes_alone:
        return f'ids without a mask: {boxes_alone}'
    if len(masks) < 2:
        return None
    union = coco.merge(rle.as_coco(masks, height, width))['counts']
    if rle.area([union], height, width)[0] == rle.area(masks, height, width).sum():
        return None
    pairs = np.argwhere(np.triu(rle.iou(masks, masks, height, width), 1) > 0)
    return f'masks overlap: {", ".join(f"{ids[one]} and {ids[other]}" for one, other in pairs)}'
