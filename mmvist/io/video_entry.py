"""A video as an object of JSON."""

from typing import Any

from mmvist.io.json_tables import check_keys, is_id, is_rate, is_text, is_whole
from mmvist.io.problems import Problems, shown
from mmvist.io.sequences import MAX_LENGTH, MAX_PIXELS
from mmvist.structures import Video

RULES = {'id': is_id, 'name': is_text, 'fps': is_rate, 'height': is_whole, 'width': is_whole, 'length': is_whole}


def video_entry(video: Video) -> dict[str, Any]:
    """What `parse_video` reads."""
    return {'id': video.id, 'name': video.name, 'height': video.height, 'width': video.width, 'length': video.length,
            'fps': video.fps, 'file_names': list(video.file_names)}


def parse_video(entry: Any, problems: Problems, place: str = 'video') -> Video | None:
    """The video; `None` where the entry is broken, which is noted."""
    try:
        check_keys(entry, 'id', 'name', 'height', 'width', 'length')
        names = entry.get('file_names') or []
        for key, is_right in RULES.items():
            if not is_right(entry.get(key)):
                raise ValueError(f'unusable {key} {shown(entry.get(key))}')
        if not isinstance(names, list) or not all(map(is_text, names)):
            raise ValueError(f'file_names must be a list of text, got {shown(names)}')
        height, width, length = entry['height'], entry['width'], entry['length']
        if height * width > MAX_PIXELS or length > MAX_LENGTH:
            raise ValueError(f'must have up to {MAX_PIXELS} pixels and {MAX_LENGTH} frames, got {height} x {width} and '
                             f'{length}')
        return Video(entry['id'], entry['name'], height, width, length, tuple(names), entry.get('fps'))
    except ValueError as error:
        problems.add(place, str(error))
    return None
