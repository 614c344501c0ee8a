"""The table of videos, and lists with an entry a frame, which ground truth and results of YouTube-VIS have."""

from mmvist.io.json_tables import entries, folder_of, is_id, is_name, is_rate, is_text, is_whole, name_of
from mmvist.io.problems import Problems, shown
from mmvist.io.sequences import MAX_LENGTH, MAX_PIXELS
from mmvist.structures import Video


def read_videos(data: dict, problems: Problems) -> dict[int | str, Video]:
    """Videos by id, in the file's order."""
    videos = {}
    for place, entry in entries(data, 'videos', problems, ('id', 'width', 'height')):
        file_names = entry.get('file_names') or []
        are_names = isinstance(file_names, list) and all(map(is_text, file_names))
        length = entry.get('length', len(file_names) if are_names else 0)
        bad = [f'{key} {shown(value)}' for key, value, least in
               (('width', entry['width'], 1), ('height', entry['height'], 1), ('length', length, 0))
               if not is_whole(value, least)]
        bad += [f'{key} {shown(entry.get(key))}' for key, is_right in
                (('id', is_id), ('name', is_name), ('fps', is_rate)) if not is_right(entry.get(key))]
        if not are_names:
            bad.append('file_names that is not a list of text')
        if not bad and entry['width'] * entry['height'] > MAX_PIXELS:
            bad.append(f'size {entry["width"]} x {entry["height"]}: has more than {MAX_PIXELS} pixels')
        if not bad and length > MAX_LENGTH:
            bad.append(f'length {length}: is more than {MAX_LENGTH}')
        if bad:
            problems.add(place, f'unusable {", ".join(bad)}')
        elif entry['id'] in videos:
            problems.add(place, f'video id {entry["id"]!r} occurs twice')
        elif file_names and len(file_names) != length:
            problems.add(place, f'length is {length}, but {len(file_names)} frames are named')
        else:
            videos[entry['id']] = Video(entry['id'], name_of(entry, folder_of(file_names, entry['id'])),
                                        entry['height'], entry['width'], length, tuple(file_names), entry.get('fps'))
    return videos


def check_length(entry: dict, key: str, video: Video, place: str, problems: Problems) -> bool:
    """Whether a list has one entry a frame; noted where it has not."""
    values = entry[key]
    if not isinstance(values, list):
        problems.add(place, f'{key} must be a list with one entry a frame, got {type(values).__name__}')
        return False
    if len(values) != video.length:
        outside = (f'; frames {video.length}..{len(values) - 1} lie outside the video'
                   if len(values) > video.length else '')
        problems.add(place, f'{key} has {len(values)} entries, video {video.id} has {video.length} frames{outside}')
        return False
    return True
