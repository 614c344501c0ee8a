"""OpenImages' tables and masks, written."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.openimages.annotations import MASK_COLUMNS
from mmvist.io.openimages.classes import PREFIX, label_name, write_classes
from mmvist.io.openimages.masks import write_mask
from mmvist.io.problems import Problems
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks

ALL_MASK_COLUMNS = (*MASK_COLUMNS, 'PredictedIoU', 'Clicks')
ALL_BOX_COLUMNS = ('ImageID', 'Source', 'LabelName', 'Confidence', 'XMin', 'XMax', 'YMin', 'YMax', 'IsOccluded',
                   'IsTruncated', 'IsGroupOf', 'IsDepiction', 'IsInside')
MAX_ID = 16 ** 15 - 1


def write(video_set: VideoSet, path: str | Path, masks: str | Path, class_descriptions: str | Path,
          boxes: str | Path | None = None) -> None:
    """Write images, which are videos of one frame, in OpenImages' layout, but for the pixels.

    The ImageID is the video's name, so the image must be called NAME.jpg. Ignore rows are groups in the table of boxes;
    those without a mask come after the others and get new ids when they are read. What the format cannot hold: scores,
    images without masks, frame rates, millionths of a pixel.

    Args:
        video_set: The images; category ids are written as machine ids.
        path: Table of the masks.
        masks: Folder of the masks, made when missing.
        class_descriptions: Table of the classes.
        boxes: Table of all boxes with the flag of groups.

    Raises:
        FormatError: A video has not one frame; a name occurs twice or cannot be a file's; a row has no class, a box
            outside the image, an id that is negative or too large, or no mask without being an ignore row; or there are
            ignore rows and no table of boxes.
    """
    _check(video_set, boxes is not None, Problems(path))
    labels = [label_name(number) for number in video_set.category_ids]
    masks = Path(masks)
    lines, box_lines = [], []
    for tracks in progress(video_set.videos, len(video_set.videos), f'writing {masks}'):
        for row, label, shares in _rows(tracks, labels):
            is_group, mask, video = int(tracks.ignore[row]), tracks.masks[row], tracks.video
            box_lines.append((video.name, 'xclick', label, 1, *shares, 0, 0, is_group, 0, 0))
            if mask is None:
                continue
            box_id = f'{tracks.ids[row]:08x}'
            name = f'{video.name}_m0{label[len(PREFIX):]}_{box_id}.png'
            with open_atomic(masks / name, 'wb') as file:
                file.write(write_mask(mask, video.height, video.width))
            lines.append((name, video.name, label, box_id, *shares, '', ''))
    masks.mkdir(parents=True, exist_ok=True)
    write_classes(video_set, class_descriptions)
    _write_table(path, ALL_MASK_COLUMNS, lines)
    if boxes is not None:
        _write_table(boxes, ALL_BOX_COLUMNS, box_lines)


def _rows(tracks: VideoTracks, labels: list[str]) -> Iterator[tuple[int, str, list[float]]]:
    """Row, machine id and x1, x2, y1, y2 as shares of the image's size."""
    size = np.array([tracks.video.width, tracks.video.height] * 2, np.float64)
    shares = (tracks.bboxes / size)[:, [0, 2, 1, 3]].tolist()
    for row, label in enumerate(tracks.labels.tolist()):
        yield row, labels[label], shares[row]


def _write_table(path: str | Path, header: tuple[str, ...], lines: list[tuple]) -> None:
    with open_atomic(path) as file:
        csv.writer(file, lineterminator='\n').writerows([header, *lines])


def _check(video_set: VideoSet, has_boxes: bool, problems: Problems) -> None:
    seen = set()
    for tracks in video_set.videos:
        video = tracks.video
        place = f'video {video.name}'
        if video.length != 1:
            problems.add(place, f'must have one frame, has {video.length}')
        if not video.name or video.name != video.name.strip() or video.name[0] == '.' or set('/\\\0') & set(video.name):
            problems.add(place, 'the name must be that of a file without a folder')
        if video.name in seen:
            problems.add(place, 'the name occurs twice')
        seen.add(video.name)
        limits = np.array([video.width, video.height] * 2)
        corners = tracks.bboxes
        masked = np.array([mask is not None for mask in tracks.masks], bool)
        is_inside = (corners >= 0).all(1) & (corners <= limits).all(1) & (corners[:, :2] <= corners[:, 2:]).all(1)
        for wrong, told in ((tracks.labels < 0, 'has no class'),
                            (~is_inside, 'the box must lie inside the image'),
                            ((tracks.ids < 0) | (tracks.ids > MAX_ID), f'the id must lie in 0..{MAX_ID}'),
                            (~masked & ~tracks.ignore, 'has no mask and is no ignore row'),
                            (tracks.ignore & (not has_boxes), 'is an ignore row, which only a table of boxes holds')):
            for row in np.flatnonzero(wrong).tolist():
                problems.add(f'{place}, id {tracks.ids[row]}', told)
    problems.check()
