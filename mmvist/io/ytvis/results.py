"""Result files of YouTube-VIS, with two extra keys so that one file feeds AP and MOTS scores."""

from pathlib import Path

import numpy as np

from mmvist.io.json_file import read_table, write_json
from mmvist.io.json_tables import is_id, is_number, is_whole, usable
from mmvist.io.problems import FormatError, Problems, shown
from mmvist.io.segmentation import parse_all
from mmvist.io.ytvis import tables
from mmvist.io.ytvis.columns import Columns
from mmvist.structures import Video, VideoSet


def read_results(path: str | Path, ground_truth: VideoSet, trusted: bool = False) -> VideoSet:
    """Read results: a list of tracks `{video_id, category_id, score, segmentations}`.

    Two extra keys are used where they are there: `id`, the track's id within the video (else its position among the
    video's tracks), and `scores`, one score a frame (else the track's).

    Args:
        path: The JSON file.
        ground_truth: Names the videos and classes; a video without results comes back without tracks.
        trusted: Leave compressed masks unchecked and boxes undefined (nan), for scores of masks, which check them.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: Anything does not fit together or to the ground truth; it lists all of it.
    """
    document, rows = read_table(path, None)
    if not isinstance(document, list):
        raise FormatError(str(path), (f'file: must hold a list of tracks, got {type(document).__name__}',))
    problems = Problems(path)
    columns = {tracks.video.id: Columns(tracks.video) for tracks in ground_truth.videos}
    labels = {category: label for label, category in enumerate(ground_truth.category_ids)}
    scores: dict[int | str, dict[int, float]] = {video: {} for video in columns}
    for place, entry in usable(rows, 'tracks', problems, ('video_id', 'category_id', 'score', 'segmentations')):
        if not is_id(entry['video_id']) or entry['video_id'] not in columns:
            problems.add(place, f'unknown video {shown(entry["video_id"])}')
            continue
        of_video, known = columns[entry['video_id']], scores[entry['video_id']]
        track = entry.get('id', len(known))
        if not is_whole(track):
            problems.add(place, f'id must be a whole number from 0, got {shown(track)}')
            continue
        if track in known:
            problems.add(place, f'id {track} occurs twice in video {of_video.video.id}')
            continue
        known[track] = entry['score']
        if type(entry['category_id']) is not int or entry['category_id'] not in labels:
            problems.add(place, f'unknown category {shown(entry["category_id"])}')
        elif not is_number(entry['score']):
            problems.add(place, f'score must be a number, got {shown(entry["score"])}')
        else:
            masks, of_frame = _frames(entry, of_video.video, place, problems)
            of_video.add(place, track, labels[entry['category_id']], False, masks, of_frame)
    videos = tuple(of_video.tracks(problems, trusted, scores[video]) for video, of_video in columns.items())
    problems.check()
    return VideoSet(ground_truth.classes, videos, ground_truth.category_ids)


def _frames(entry: dict, video: Video, place: str, problems: Problems) -> tuple[dict[int, bytes], list[float]]:
    """Masks by frame, and the score of each."""
    if not tables.check_length(entry, 'segmentations', video, place, problems):
        return {}, []
    scores = entry.get('scores')
    if scores is not None and not tables.check_length(entry, 'scores', video, place, problems):
        return {}, []
    masks, faults = parse_all({frame: segmentation for frame, segmentation in enumerate(entry['segmentations'])
                               if segmentation is not None}, video.height, video.width, trusted=True)
    for frame, fault in faults.items():
        problems.add(f'{place}, frame {frame}', fault)
    if scores is None:
        return masks, [entry['score']] * len(masks)
    chosen = {frame: entry['score'] if scores[frame] is None else scores[frame] for frame in masks}
    for frame, score in chosen.items():
        if not is_number(score):
            problems.add(f'{place}, frame {frame}', f'score must be a number, got {shown(score)}')
            return {}, []
    return masks, list(chosen.values())


def write_results(video_set: VideoSet, path: str | Path) -> None:
    """Write results as the official servers take them: compressed text, one entry a frame, null where absent.

    The extra keys `id` and `scores` are ignored by the official tools. Ignore rows are not written.

    Raises:
        ValueError: A row has a box but no mask, which the format cannot say.
    """
    data = []
    for tracks in video_set.videos:
        video = tracks.video
        for track in tracks.track_ids.tolist():
            rows = tracks.rows_of(track)
            rows = rows[~tracks.ignore[rows]]
            if len(rows) == 0:
                continue
            segmentations, scores = [None] * video.length, [None] * video.length
            for row in rows.tolist():
                frame, mask = int(tracks.frames[row]), tracks.masks[row]
                if mask is None:
                    raise ValueError(f'video {video.name}, frame {frame}, id {track}: has no mask; YouTube-VIS '
                                     'results hold masks only')
                segmentations[frame] = {'size': [video.height, video.width], 'counts': mask.decode('ascii')}
                scores[frame] = _short(tracks.scores[row])
            summary = tracks.summary(track)
            data.append({'video_id': video.id, 'category_id': video_set.category_ids[summary.label],
                         'score': summary.score, 'segmentations': segmentations, 'id': track, 'scores': scores})
    write_json(data, path)


def _short(score: np.float32) -> float:
    """The shortest number that reads back as the same 32-bit score."""
    return float(str(score))
