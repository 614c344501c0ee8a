"""YouTube-VIS, YouTube-VIS 2021 and OVIS annotation files."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmvist.io.json_file import read_table, write_json
from mmvist.io.json_tables import References, folder_of, is_number, is_whole, read_categories, require_object, usable
from mmvist.io.problems import Problems, shown
from mmvist.io.segmentation import parse_all
from mmvist.io.ytvis import tables
from mmvist.io.ytvis.columns import Columns
from mmvist.structures import Video, VideoSet, VideoTracks, rle

# Some converters write an empty list instead of null.
ABSENT = (None, [])


def read(path: str | Path, trusted: bool = False) -> VideoSet:
    """Read ground truth.

    Masks may be uncompressed or compressed run lengths or polygons. `segmentations: null` makes tracks of boxes alone;
    a file without annotations (the benchmark's valid and test files) makes videos without tracks. Track ids are the
    annotations' ids, or `track_id` where an annotation has it. Crowds become `ignore` rows.

    Args:
        path: The JSON file.
        trusted: Leave compressed masks unchecked and boxes undefined (nan), for scores of masks, which check them.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: Anything does not fit together; it lists all of it.
    """
    data, rows = read_table(path, 'annotations')
    data = require_object(data, path)
    problems = Problems(path)
    videos = tables.read_videos(data, problems)
    classes, category_ids = read_categories(data, problems)
    labels = {category: label for label, category in enumerate(category_ids)}
    columns = {video.id: Columns(video) for video in videos.values()}
    seen, tracks = set(), set()
    keys = ('id', 'video_id', 'category_id')
    if not isinstance(data.get('annotations'), list | None):
        problems.add('annotations', f'must be a list, got {type(data["annotations"]).__name__}')
    known_videos = References(videos, data.get('videos'))
    known_labels = References(labels, data.get('categories'))
    for place, entry in usable(rows, 'annotations', problems, keys):
        place = f'{place} (id {shown(entry["id"])})'
        track = entry.get('track_id', entry['id'])
        if not is_whole(entry['id']) or not is_whole(track):
            problems.add(place, 'ids must be whole numbers from 0')
            continue
        if entry['id'] in seen:
            problems.add(place, 'the id occurs twice')
            continue
        if type(entry.get('iscrowd')) not in (int, bool, type(None)) or entry.get('iscrowd') not in (None, 0, 1):
            problems.add(place, f'iscrowd must be 0 or 1, got {shown(entry["iscrowd"])}')
            continue
        seen.add(entry['id'])
        video, label = known_videos.find(entry['video_id']), known_labels.find(entry['category_id'])
        if video is None or label is None:
            for noun, known in (('video', known_videos), ('category', known_labels)):
                stated = entry[f'{noun}_id']
                if known.find(stated) is None and not known.was_noted(stated):
                    problems.add(place, f'unknown {noun} {shown(stated)}')
            continue
        if (video.id, track) in tracks:
            problems.add(place, f'track {track} occurs twice in video {video.id}')
            continue
        tracks.add((video.id, track))
        masks, boxes = _frames(entry, video, place, problems, trusted)
        columns[video.id].add(place, track, label, bool(entry.get('iscrowd')), masks,
                              [1.0] * len(masks), boxes)
    found = tuple(of_video.tracks(problems, trusted) for of_video in columns.values())
    problems.check()
    return VideoSet(classes, found, category_ids)


def _frames(entry: dict, video: Video, place: str, problems: Problems, trusted: bool
            ) -> tuple[dict[int, bytes | None], np.ndarray | None]:
    """Masks by frame, frames where it is absent left out, and xyxy boxes, nan where a mask tells."""
    columns = {}
    for key in ('segmentations', 'bboxes'):
        if entry.get(key) is None:
            columns[key] = ()
        elif tables.check_length(entry, key, video, place, problems):
            columns[key] = entry[key]
        else:
            return {}, None
    if entry.get('segmentations') is None and entry.get('bboxes') is None:
        problems.add(place, 'keys are missing: segmentations, or bboxes for a track of boxes alone')
        return {}, None
    masks, faults = parse_all({frame: segmentation for frame, segmentation in enumerate(columns['segmentations'])
                               if segmentation not in ABSENT}, video.height, video.width, trusted=True)
    for frame, fault in faults.items():
        problems.add(f'{place}, frame {frame}', fault)
    if trusted and entry.get('segmentations') is not None:
        return masks, None
    boxes = {frame: box for frame, box in enumerate(columns['bboxes']) if box not in ABSENT}
    for frame, box in boxes.items():
        if isinstance(box, list) and len(box) == 4 and all(map(is_number, box)):
            boxes[frame] = [box[0], box[1], box[0] + box[2], box[1] + box[3]]
        else:
            problems.add(f'{place}, frame {frame}', f'a box must be four numbers x, y, width, height, got {shown(box)}')
            return {}, None
    frames = sorted({*masks, *boxes})
    missing = [np.nan] * 4
    return ({frame: masks.get(frame) for frame in frames},
            np.array([boxes.get(frame, missing) for frame in frames], np.float64).reshape(-1, 4))


def write(video_set: VideoSet, path: str | Path, compressed: bool = False) -> None:
    """Write ground truth in the official layout: uncompressed run lengths, boxes xywh, mask areas.

    The official tools need annotation ids that occur once in the file and are not 0. Where track ids are like that they
    are the annotation ids; where not, annotations are counted from 1 and the id stands in the extra key `track_id`. An
    ignore region of no class becomes a crowd of every class.

    Args:
        video_set: The annotations.
        path: Where the file goes.
        compressed: Write COCO's compressed text in place of run lengths: a fraction of the size, and the official tools
            read it as well.
    """
    videos = [_video_entry(tracks.video) for tracks in video_set.videos]
    annotations = []
    for tracks in video_set.videos:
        annotations += _annotations(tracks, video_set.category_ids, compressed)
    ids = [entry['id'] for entry in annotations]
    if len(set(ids)) < len(ids) or 0 in ids:
        annotations = [{**entry, 'id': number, 'track_id': entry['id']} for number, entry in enumerate(annotations, 1)]
    categories = [{'supercategory': 'object', 'id': category, 'name': name}
                  for category, name in zip(video_set.category_ids, video_set.classes, strict=True)]
    write_json({'info': {}, 'licenses': [], 'videos': videos, 'categories': categories, 'annotations': annotations},
               path)


def _video_entry(video: Video) -> dict:
    entry = {'id': video.id, 'width': video.width, 'height': video.height, 'length': video.length,
             'file_names': list(video.file_names)}
    if video.name != folder_of(video.file_names, video.id):
        entry['name'] = video.name
    if video.fps is not None:
        entry['fps'] = video.fps
    return entry


def _annotations(tracks: VideoTracks, category_ids: tuple[int, ...], compressed: bool) -> Iterator[dict]:
    video = tracks.video
    new_ids = itertools.count(int(tracks.track_ids.max(initial=0)) + 1)
    for track in tracks.track_ids.tolist():
        rows = tracks.rows_of(track)
        entry = {'video_id': video.id, 'iscrowd': int(tracks.ignore[rows].all()), 'height': video.height,
                 'width': video.width, 'length': 1, **_columns(tracks, rows, compressed)}
        label = tracks.summary(track).label
        if label >= 0:
            yield {'id': track, 'category_id': category_ids[label], **entry}
        else:
            yield from ({'id': next(new_ids), 'category_id': category, **entry} for category in category_ids)


def _columns(tracks: VideoTracks, rows: np.ndarray, compressed: bool) -> dict:
    video = tracks.video
    segmentations, boxes, areas = ([None] * video.length for _ in range(3))
    for row in rows.tolist():
        frame, mask = int(tracks.frames[row]), tracks.masks[row]
        x1, y1, x2, y2 = tracks.bboxes[row].tolist()
        boxes[frame] = [x1, y1, x2 - x1, y2 - y1]
        areas[frame] = boxes[frame][2] * boxes[frame][3]
        if mask is not None:
            lengths = rle.run_lengths(mask)
            counts = mask.decode('ascii') if compressed else lengths.tolist()
            segmentations[frame] = {'counts': counts, 'size': [video.height, video.width]}
            areas[frame] = int(lengths[1::2].sum())
    return {'segmentations': segmentations, 'bboxes': boxes, 'areas': areas}
