"""The tables of images and, in CocoVID files, of videos."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from mmvist.io import json_tables
from mmvist.io.json_tables import References
from mmvist.io.problems import Problems, shown
from mmvist.io.sequences import MAX_PIXELS
from mmvist.structures import Video


@dataclass(frozen=True)
class Images:
    """The images of a file.

    Attributes:
        videos: One entry a video; an image by itself is a video of one frame.
        positions: Image id -> index of its video and its frame there.
        are_clips: Whether images are frames of videos.
    """

    videos: tuple[Video, ...]
    positions: References
    are_clips: bool


def read_images(data: dict, problems: Problems) -> Images:
    """Read the images; videos where there is a table of them and images carry `video_id`."""
    table = data.get('images')
    entries, seen = [], set()
    for place, entry in json_tables.entries(data, 'images', problems, ('id', 'width', 'height')):
        fault = _image_fault(entry)
        if fault is None and entry['id'] in seen:
            fault = f'image id {entry["id"]!r} occurs twice'
        if fault is None:
            seen.add(entry['id'])
            entries.append((place, entry))
        else:
            problems.add(place, fault)
    if data.get('videos') and (not entries or any('video_id' in entry for _, entry in entries)):
        return _read_clips(data, entries, problems)
    videos = tuple(_still(entry) for _, entry in entries)
    return Images(videos, References({video.id: (index, 0) for index, video in enumerate(videos)}, table), False)


def _image_fault(entry: dict) -> str | None:
    bad = [f'{key} {shown(entry[key])}' for key in ('width', 'height') if not json_tables.is_whole(entry[key], 1)]
    bad += [f'{key} {shown(entry[key])}' for key, is_right in (('id', json_tables.is_id), ('name', json_tables.is_name))
            if not is_right(entry.get(key))]
    if not isinstance(entry.get('file_name'), str | None):
        bad.append(f'file_name {shown(entry["file_name"])}')
    if bad:
        return f'unusable {", ".join(bad)}'
    if entry['width'] * entry['height'] > MAX_PIXELS:
        return f'unusable size {entry["width"]} x {entry["height"]}: has 2^31 pixels or more'
    return None


def _still(entry: dict) -> Video:
    file_name = entry.get('file_name')
    name = json_tables.name_of(entry, name_of(file_name, entry['id']))
    return Video(entry['id'], name, entry['height'], entry['width'], 1, (file_name,) if file_name else ())


def name_of(file_name: str | None, image_id: int | str) -> str:
    """Name of an image that states none: its file's without the ending, else its id."""
    return PurePosixPath(file_name).stem if file_name else str(image_id)


def _read_clips(data: dict, entries: list[tuple[str, dict]], problems: Problems) -> Images:
    videos = _video_entries(data, problems)
    known = References(videos, data['videos'])
    frames: dict[int | str, dict[int, dict]] = {video: {} for video in videos}
    for place, entry in entries:
        video, frame = entry.get('video_id'), entry.get('frame_id')
        if known.find(video) is None:
            if not known.was_noted(video):
                problems.add(place, f'unknown video {shown(video)}')
        elif not json_tables.is_whole(frame):
            problems.add(place, f'frame_id must be a whole number from 0, got {shown(frame)}')
        elif frame in frames[video]:
            problems.add(place, f'frame_id {frame} occurs twice in video {video!r}')
        else:
            frames[video][frame] = entry
    clips, positions = [], {}
    for video, (place, entry) in videos.items():
        images = [frames[video][frame] for frame in sorted(frames[video])]
        fault = _clip_fault(entry, images)
        if fault is not None:
            problems.add(place, fault)
            continue
        positions |= {image['id']: (len(clips), frame) for frame, image in enumerate(images)}
        clips.append(_clip(entry, images))
    return Images(tuple(clips), References(positions, data.get('images')), True)


def _video_entries(data: dict, problems: Problems) -> dict[int | str, tuple[str, dict]]:
    """Place and entry of every video, by id."""
    videos: dict[int | str, tuple[str, dict]] = {}
    for place, entry in json_tables.entries(data, 'videos', problems, ('id',)):
        bad = [f'{key} {shown(entry[key])}' for key in ('width', 'height')
               if entry.get(key) is not None and not json_tables.is_whole(entry[key])]
        bad += [f'{key} {shown(entry.get(key))}' for key, is_right in (
            ('id', json_tables.is_id), ('name', json_tables.is_name), ('fps', json_tables.is_rate))
                if not is_right(entry.get(key))]
        if not bad and (entry.get('width') or 0) * (entry.get('height') or 0) > MAX_PIXELS:
            bad.append(f'size {entry["width"]} x {entry["height"]}: has 2^31 pixels or more')
        if bad:
            problems.add(place, f'unusable {", ".join(bad)}')
        elif entry['id'] in videos:
            problems.add(place, f'video id {entry["id"]!r} occurs twice')
        else:
            videos[entry['id']] = place, entry
    return videos


def _sizes(entry: dict, images: list[dict]) -> set[tuple[int, int]]:
    return {(part['height'], part['width']) for part in (entry, *images)
            if part.get('height') is not None and part.get('width') is not None}


def _clip_fault(entry: dict, images: list[dict]) -> str | None:
    sizes = _sizes(entry, images)
    if len(sizes) > 1:
        return f'the video and its images have several sizes (height, width): {sorted(sizes)}'
    if len({bool(image.get('file_name')) for image in images}) > 1:
        return 'some of its images have no file_name'
    return None


def _clip(entry: dict, images: list[dict]) -> Video:
    (size,) = _sizes(entry, images) or {(0, 0)}
    file_names = tuple(image['file_name'] for image in images if image.get('file_name'))
    name = json_tables.name_of(entry, json_tables.folder_of(file_names, entry['id']))
    return Video(entry['id'], name, *size, len(images), file_names, entry.get('fps'))
