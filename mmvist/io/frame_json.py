"""Results of one video, stored frame by frame while it streams.

The file is one JSON object: `video`, `classes`, `frames` with the instances of each frame, and `tracks` with what the
tracker decided about each track (`null` when it decided nothing):

    {"video": {"id", "name", "height", "width", "length", "fps", "file_names"}, "classes": ["car", ...],
     "frames": [{"frame": 0, "instances": [{"id", "label", "score", "bbox": [x1, y1, x2, y2],
                                            "segmentation": {"size": [height, width], "counts": "..."}}, ...]}, ...],
     "tracks": [{"id", "label", "score", "keep"[, "final_id"]}, ...]}

Labels are indices into `classes`, scores lie in 0..1, boxes are in pixels; `segmentation` is `null` for a box alone.
`final_id` stands where a track's id was provisional, as with trackers that decide at the video's end: it is the id that
the track is known by, and several tracks may have the same.
"""

import json
from collections.abc import Container, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.io.json_file import read_json
from mmvist.io.json_tables import LARGEST_ID, check_keys, is_number, is_text, is_whole
from mmvist.io.problems import Problems, shown
from mmvist.io.segmentation import parse_all
from mmvist.io.video_entry import parse_video, video_entry
from mmvist.structures import FrameResult, TrackSummary, Video, VideoSet, VideoTracks

# Digits kept free for the number of frames, which is known at the end.
LENGTH_DIGITS = 12


class FrameJSONWriter:
    """Writes the results of one video as they come; the file appears when all is written.

    As a context manager it completes the file, or removes what it has when the block raises. Memory does not grow with
    the video. The length in the file is the video's own, or one more than the last frame where that is greater or the
    video does not know its length.

    Args:
        path: Where the file is to appear.
        video: The video; `length` may be 0, not known yet.
        classes: Class names; labels are indices into them.
    """

    def __init__(self, path: str | Path, video: Video, classes: Sequence[str]) -> None:
        self.path, self.video, self.classes = Path(path), video, tuple(classes)
        self._last = -1
        self._summaries: Mapping[int, TrackSummary] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> 'FrameJSONWriter':
        self._file = self._stack.enter_context(open_atomic(self.path, 'wb'))
        self._stack.push(self._complete)
        header = {key: value for key, value in video_entry(self.video).items() if key != 'length'}
        self._put(f'{{"video":{_dumps(header)[:-1]},"length":')
        self._length_at = self._file.tell()
        self._put(f'{" " * LENGTH_DIGITS}}},\n"classes":{_dumps(list(self.classes))},\n"frames":[')
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def write(self, result: FrameResult) -> None:
        """Append a frame; frames come in order, and may be left out.

        Raises:
            ValueError: The frame does not follow the last one, or a label is not an index into the classes.
        """
        place = f'{self.path}, frame {result.frame}'
        if result.frame <= self._last:
            raise ValueError(f'{place}: frames must be written in order, frame {self._last} came before')
        if len(result) and not 0 <= result.labels.min() <= result.labels.max() < len(self.classes):
            raise ValueError(f'{place}: labels must lie in 0..{len(self.classes) - 1}, '
                             f'got {result.labels.min()}..{result.labels.max()}')
        size = [self.video.height, self.video.width]
        instances = [
            {'id': track, 'label': label, 'score': _shortest(score), 'bbox': [_shortest(value) for value in bbox],
             'segmentation': None if mask is None else {'size': size, 'counts': mask.decode()}}
            for track, label, score, bbox, mask in zip(result.ids.tolist(), result.labels.tolist(), result.scores,
                                                       result.bboxes, result.masks, strict=True)]
        self._put(('\n' if self._last < 0 else ',\n') + _dumps({'frame': result.frame, 'instances': instances}))
        self._last = result.frame
        if result.summaries is not None:
            self._summaries = result.summaries

    def _complete(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            return
        tracks = None if self._summaries is None else [
            {'id': int(track), 'label': int(summary.label), 'score': float(summary.score), 'keep': bool(summary.keep),
             **({} if summary.id is None else {'final_id': int(summary.id)})}
            for track, summary in sorted(self._summaries.items())]
        self._put(f'],\n"tracks":{_dumps(tracks)}}}\n')
        self._file.seek(self._length_at)
        self._put(f'{max(self.video.length, self._last + 1):{LENGTH_DIGITS}d}')

    def _put(self, text: str) -> None:
        self._file.write(text.encode())


def read(path: str | Path) -> VideoSet:
    """Read a file of one video; what its tracks' summaries say is applied, as `VideoTracks.with_summaries` does.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It is not such a file; every problem is named.
    """
    data, problems = read_json(path), Problems(path)
    for key, kind in (('video', dict), ('classes', list), ('frames', list)):
        if not isinstance(data, dict) or not isinstance(data.get(key), kind):
            problems.add(key, f'a {"list" if kind is list else "object"} is missing')
    problems.check()
    video, classes = parse_video(data['video'], problems), _classes(data['classes'], problems)
    problems.check()
    rows = _rows(data['frames'], video, len(classes), problems)
    summaries = _summaries(data.get('tracks'), len(classes), problems)
    problems.check()
    tracks = VideoTracks.from_rows(video, rows)
    try:
        tracks = tracks if summaries is None else tracks.with_summaries(summaries)
    except ValueError as error:
        problems.add('tracks', str(error))
    problems.check()
    return VideoSet(classes, (tracks,), tuple(range(len(classes))))


def _classes(names: list, problems: Problems) -> tuple[str, ...]:
    if not all(map(is_text, names)) or len(set(names)) < len(names):
        problems.add('classes', f'must be different names, got {shown(names)}')
        return ()
    return tuple(names)


def _rows(frames: list, video: Video, num_classes: int, problems: Problems) -> list[tuple]:
    """(frame, id, label, score, bbox, mask, ignore) of every instance; masks that are broken are noted."""
    rows: list[tuple] = []
    places: list[str] = []
    segmentations: dict[int, Any] = {}
    known: set[int] = set()
    for position, frame in enumerate(frames):
        place = f'frames[{position}]'
        try:
            _check_frame(frame, video, known)
            index, seen = frame['frame'], set()
            known.add(index)
            for number, instance in enumerate(frame['instances']):
                place = f'frames[{position}], instances[{number}]'
                _check_object(instance, num_classes, 'segmentation', 'bbox')
                track = instance['id']
                if track in seen:
                    raise ValueError(f'id {track} stands twice in frame {index}')
                seen.add(track)
                if instance['segmentation'] is not None:
                    segmentations[len(rows)] = instance['segmentation']
                rows.append((index, track, instance['label'], instance['score'], _bbox(instance['bbox'])))
                places.append(place)
        except ValueError as error:
            problems.add(place, str(error))
    masks, faults = parse_all(segmentations, video.height, video.width)
    for row, fault in faults.items():
        problems.add(places[row], fault)
    return [(*row, masks.get(number), False) for number, row in enumerate(rows)]


def _check_frame(frame: Any, video: Video, known: Container[int]) -> None:
    check_keys(frame, 'frame', 'instances')
    index = frame['frame']
    if not is_whole(index) or index >= video.length:
        raise ValueError(f'frame must lie in 0..{video.length - 1}, got {shown(index)}')
    if index in known:
        raise ValueError(f'frame {index} stands twice in the file')
    if not isinstance(frame['instances'], list):
        raise ValueError(f'instances must be a list, got {shown(frame["instances"])}')


def _summaries(tracks: Any, num_classes: int, problems: Problems) -> dict[int, TrackSummary] | None:
    if tracks is None:
        return None
    if not isinstance(tracks, list):
        problems.add('tracks', f'must be a list or null, got {shown(tracks)}')
        return None
    summaries: dict[int, TrackSummary] = {}
    for position, track in enumerate(tracks):
        try:
            _check_object(track, num_classes, 'keep')
            if type(track['keep']) is not bool:
                raise ValueError(f'keep must be true or false, got {shown(track["keep"])}')
            if track['id'] in summaries:
                raise ValueError(f'id {track["id"]} stands twice')
            final = track.get('final_id')
            if final is not None:
                _check_id(final, 'final_id')
            summaries[track['id']] = TrackSummary(track['label'], track['score'], track['keep'], final)
        except ValueError as error:
            problems.add(f'tracks[{position}]', str(error))
    return summaries


def _check_object(entry: Any, num_classes: int, *keys: str) -> None:
    check_keys(entry, 'id', 'label', 'score', *keys)
    _check_id(entry['id'], 'id')
    if not is_whole(entry['label']) or entry['label'] >= num_classes:
        raise ValueError(f'label must lie in 0..{num_classes - 1}, got {shown(entry["label"])}')
    if not is_number(entry['score']):
        raise ValueError(f'score must be a finite number, got {shown(entry["score"])}')


def _check_id(value: Any, key: str) -> None:
    if not is_whole(value, -LARGEST_ID):
        raise ValueError(f'{key} must be a whole number, got {shown(value)}')


def _bbox(values: Any) -> list[float]:
    if not isinstance(values, list) or len(values) != 4 or not all(map(is_number, values)):
        raise ValueError(f'bbox must be [x1, y1, x2, y2], got {shown(values)}')
    return values


def _shortest(value: np.float32) -> float:
    """The shortest decimal that reads back as the same float32."""
    return float(str(value))


def _dumps(data: Any) -> str:
    return json.dumps(data, separators=(',', ':'), allow_nan=False)
