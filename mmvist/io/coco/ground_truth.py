"""COCO annotation files of images, and CocoVID's of videos."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmvist.io.coco.columns import xywh
from mmvist.io.coco.images import name_of, read_images
from mmvist.io.coco.rows import Rows
from mmvist.io.json_file import read_json, write_json
from mmvist.io.json_tables import References, read_categories, require_object
from mmvist.io.problems import Problems
from mmvist.structures import Video, VideoSet, VideoTracks, rle


def read(path: str | Path) -> VideoSet:
    """Read ground truth: `instances_*.json` of COCO, or CocoVID (COCO with a table of videos) as mmdet writes it.

    An image becomes a video of one frame with the image's id; images without annotations stay. Where the file has a
    table `videos` and images carry `video_id`, images are frames of videos in the order of their `frame_id`, numbered
    from 0 without gaps. A track's id is `instance_id` where an annotation has it, which those of videos must, else the
    annotation's id. Crowds, and annotations with `ignore`, become `ignore` rows. Masks are polygons or run lengths,
    compressed or not; boxes without masks and masks without boxes will do. A file without annotations makes videos
    without tracks.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: Anything does not fit together; it lists all of it.
    """
    rows, classes, category_ids = _read_rows(path)
    return VideoSet(classes, rows.tracks(), category_ids)


def _read_rows(path: str | Path) -> tuple[Rows, tuple[str, ...], tuple[int, ...]]:
    # The parsed file is dropped with this call, so that polygons can go as they are compressed.
    data = require_object(read_json(path), path)
    problems = Problems(path)
    images = read_images(data, problems)
    classes, category_ids = read_categories(data, problems)
    labels = References({category: label for label, category in enumerate(category_ids)}, data.get('categories'))
    rows = Rows('annotations', images, labels, False, problems)
    annotations = data.get('annotations')
    if isinstance(annotations, list):
        rows.add_all(annotations)
    elif annotations is not None:
        problems.add('annotations', f'must be a list, got {type(annotations).__name__}')
    return rows, classes, category_ids


def write(video_set: VideoSet, path: str | Path) -> None:
    """Write ground truth: as images where every video has one frame, else as CocoVID.

    An image has its video's id, or is counted from 1 in CocoVID; masks are compressed run lengths. The official tools
    need annotation ids that occur once in the file and are not 0. Where track ids of images are like that they are the
    annotation ids; where not, and in CocoVID, annotations are counted from 1 and `instance_id` has the track's id. An
    ignore region of no class becomes a crowd of every class. What the format cannot hold: scores, the frame rate of
    images, and now and then the last bit of a corner, as it stands there as a sum.

    Raises:
        FormatError: Two videos have one id, or a row without a class is no ignore row.
    """
    problems = Problems(path)
    for video, times in Counter(tracks.video.id for tracks in video_set.videos).items():
        if times > 1:
            problems.add(f'video {video}', f'the id occurs {times} times')
    for tracks in video_set.videos:
        for row in np.flatnonzero((tracks.labels < 0) & ~tracks.ignore).tolist():
            problems.add(f'video {tracks.video.id}, frame {tracks.frames[row]}, id {tracks.ids[row]}',
                         'has no class and is no ignore row')
    problems.check()
    num_classes = len(video_set.classes)
    first_id = max((int(tracks.ids.max(initial=0)) for tracks in video_set.videos), default=0) + 1
    videos = [_with_classes(tracks, num_classes, first_id) for tracks in video_set.videos]
    categories = [{'supercategory': 'object', 'id': category, 'name': name}
                  for category, name in zip(video_set.category_ids, video_set.classes, strict=True)]
    are_clips = any(tracks.video.length != 1 for tracks in videos)
    tables_written = _clip_tables(videos) if are_clips else {'images': [_image_entry(t.video) for t in videos]}
    annotations = [{**entry, 'category_id': video_set.category_ids[entry['category_id']]}
                   for entry in _annotations(videos, are_clips)]
    write_json({'info': {}, 'licenses': [], **tables_written, 'categories': categories, 'annotations': annotations},
               path)


def _with_classes(tracks: VideoTracks, num_classes: int, first_id: int) -> VideoTracks:
    """The tracks with a region of no class once for every class, under new ids from `first_id`."""
    of_none = tracks.labels < 0
    if not of_none.any():
        return tracks
    rows = np.repeat(np.arange(len(tracks)), np.where(of_none, num_classes, 1))
    repeated = tracks.select(rows)
    is_copy = of_none[rows]
    labels, ids = repeated.labels.copy(), repeated.ids.copy()
    labels[is_copy] = np.tile(np.arange(num_classes), of_none.sum())
    regions = np.unique(tracks.ids[of_none], return_inverse=True)[1]
    ids[is_copy] = first_id + np.repeat(regions, num_classes) * num_classes + labels[is_copy]
    return replace(repeated, labels=labels, ids=ids)


def _image_entry(video: Video) -> dict:
    entry = {'id': video.id, 'width': video.width, 'height': video.height}
    file_name = video.file_names[0] if video.file_names else None
    if file_name is not None:
        entry['file_name'] = file_name
    if video.name != name_of(file_name, video.id):
        entry['name'] = video.name
    return entry


def _clip_tables(videos: list[VideoTracks]) -> dict[str, list[dict]]:
    numbers = itertools.count(1)
    tables_written: dict[str, list[dict]] = {'videos': [], 'images': []}
    for video in (tracks.video for tracks in videos):
        size = {'width': video.width, 'height': video.height}
        rate = {} if video.fps is None else {'fps': video.fps}
        tables_written['videos'].append({'id': video.id, 'name': video.name, **size, **rate})
        for frame in range(video.length):
            name = {'file_name': video.file_names[frame]} if video.file_names else {}
            tables_written['images'].append({'id': next(numbers), **size, **name, 'video_id': video.id,
                                             'frame_id': frame})
    return tables_written


def _annotations(videos: list[VideoTracks], are_clips: bool) -> Iterator[dict]:
    """Entries with labels in place of category ids."""
    ids = np.concatenate([np.zeros(0, np.int64), *(tracks.ids for tracks in videos)])
    are_own = not are_clips and 0 not in ids and len(np.unique(ids)) == len(ids)
    number, image = 1, 1
    for tracks in videos:
        video = tracks.video
        boxes = xywh(tracks.bboxes)
        areas = _areas(tracks, boxes)
        for row, (track, frame, label, ignore) in enumerate(zip(
                tracks.ids.tolist(), tracks.frames.tolist(), tracks.labels.tolist(), tracks.ignore.tolist(),
                strict=True)):
            entry = {'id': track if are_own else number, 'image_id': image + frame if are_clips else video.id,
                     'category_id': label, 'iscrowd': int(ignore), 'bbox': boxes[row].tolist(), 'area': areas[row]}
            if are_clips:
                entry['video_id'] = video.id
            if not are_own:
                entry['instance_id'] = track
            mask = tracks.masks[row]
            if mask is not None:
                entry['segmentation'] = {'size': [video.height, video.width], 'counts': mask.decode('ascii')}
            yield entry
            number += 1
        image += video.length


def _areas(tracks: VideoTracks, boxes: np.ndarray) -> list[float]:
    """Pixels of each mask; of the box (xywh) where there is none."""
    areas = (boxes[:, 2] * boxes[:, 3]).tolist()
    masked = [row for row, mask in enumerate(tracks.masks) if mask is not None]
    pixels = rle.area([tracks.masks[row] for row in masked], tracks.video.height, tracks.video.width)
    for row, area in zip(masked, pixels.tolist(), strict=True):
        areas[row] = area
    return areas
