"""COCO's result files of images."""

from pathlib import Path

import numpy as np

from mmvist.io.coco.columns import xywh
from mmvist.io.coco.images import Images
from mmvist.io.coco.rows import Rows
from mmvist.io.json_file import read_json, write_json
from mmvist.io.json_tables import References
from mmvist.io.problems import FormatError, Problems
from mmvist.structures import Video, VideoSet


def read_results(path: str | Path, ground_truth: VideoSet) -> VideoSet:
    """Read results: a list of detections `{image_id, category_id, score, bbox, segmentation}`, one of the last two.

    A detection's id is its extra key `instance_id`, else its position among those of the image.

    Args:
        path: The JSON file.
        ground_truth: Names the images, which are videos of one frame, and classes; an image without results comes back
            without tracks.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: Anything does not fit together or to the ground truth; it lists all of it.
        ValueError: The ground truth has videos; their results are read with `mmvist.io.ytvis`.
    """
    videos = tuple(tracks.video for tracks in ground_truth.videos)
    _check_images(videos)
    data = read_json(path)
    if not isinstance(data, list):
        raise FormatError(str(path), (f'file: must hold a list of detections, got {type(data).__name__}',))
    images = Images(videos, References({video.id: (index, 0) for index, video in enumerate(videos)}), False)
    labels = References({category: label for label, category in enumerate(ground_truth.category_ids)})
    rows = Rows('results', images, labels, True, Problems(path))
    rows.add_all(data)
    return VideoSet(ground_truth.classes, rows.tracks(), ground_truth.category_ids)


def _check_images(videos: tuple[Video, ...]) -> None:
    longer = [video.name for video in videos if video.length != 1]
    if longer:
        raise ValueError(f'COCO results are of images, got {len(longer)} videos, the first is {longer[0]}; '
                         'results of videos are written as YouTube-VIS')


def write_results(video_set: VideoSet, path: str | Path) -> None:
    """Write results as the official server takes them, masks as compressed run lengths.

    The extra key `instance_id` is ignored by the official tools. Ignore rows are not written, nor are scores of whole
    tracks, which are those of their only row.

    Raises:
        ValueError: A video has not one frame, or a row has no class.
    """
    _check_images(tuple(tracks.video for tracks in video_set.videos))
    data = []
    for tracks in (tracks.select(~tracks.ignore) for tracks in video_set.videos):
        video = tracks.video
        if np.any(tracks.labels < 0):
            raise ValueError(f'video {video.name}: a row that is no ignore row has no class')
        boxes = xywh(tracks.bboxes)
        for row, mask in enumerate(tracks.masks):
            # The shortest number that reads back as the same 32-bit score.
            entry = {'image_id': video.id, 'category_id': video_set.category_ids[tracks.labels[row]],
                     'score': float(str(tracks.scores[row])), 'bbox': boxes[row].tolist(),
                     'instance_id': int(tracks.ids[row])}
            if mask is not None:
                entry['segmentation'] = {'size': [video.height, video.width], 'counts': mask.decode('ascii')}
            data.append(entry)
    write_json(data, path)
