"""COCO's average precision (Lin et al., ECCV 2014): every frame is an image of its own, and ids do not matter.

From the matches of all frames `ap_scores` makes the scores. Areas are those of the regions compared: small objects have
up to 32^2 pixels, medium ones up to 96^2.
"""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Literal

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmvist.evaluation.functional.matching import ClassMatches
from mmvist.evaluation.functional.similarity import require_masks
from mmvist.structures import VideoTracks, rle
from mmvist.structures.video_runs import frame_portions, runs_of


def match_frames(ground_truth: VideoTracks, results: VideoTracks, regions: Literal['masks', 'boxes']
                 ) -> list[dict[int, ClassMatches]]:
    """Match the rows of one video as COCO does; one entry a frame that has any, by label, for `ap_scores`.

    Args:
        ground_truth: Ignore rows are crowds, those with the label -1 of every class.
        results: Of the same video; each row counts with its own score.
        regions: What is compared.

    Raises:
        ValueError: A row has no mask or a broken one where masks are compared.
    """
    frames = np.union1d(ground_truth.frames, results.frames).tolist()
    labels = [label for label in np.union1d(ground_truth.labels, results.labels).tolist() if label >= 0]
    with redirect_stdout(None):  # pycocotools reports each step
        evaluation = COCOeval(_as_images(ground_truth, labels, regions, 'ground truth'),
                              _as_images(results, labels, regions, 'results'), 'segm' if regions == 'masks' else 'bbox')
        evaluation.params.imgIds, evaluation.params.catIds = frames, labels
        evaluation.evaluate()
    shape = len(labels), len(evaluation.params.areaRng), len(frames)
    outcomes = np.fromiter(evaluation.evalImgs, object, np.prod(shape, dtype=int)).reshape(shape)
    return [{label: _class_matches(of_areas) for label, of_areas in zip(labels, outcomes[:, :, index], strict=True)
             if of_areas[0] is not None} for index in range(len(frames))]


def _as_images(tracks: VideoTracks, labels: Sequence[int], regions: str, source: str) -> COCO:
    """The rows as COCO's annotations, with ids from 1: pycocotools takes id 0 for no match."""
    size = tracks.video.height, tracks.video.width
    if regions == 'masks':
        require_masks(tracks, source)
        # Not pycocotools' own areas: 2.0.11 counts masks in a byte under numpy 2.
        areas = np.concatenate([runs_of(tracks, start, stop, source).areas
                                for start, stop in frame_portions(tracks, tracks)])
        compared = [{'segmentation': mask} for mask in rle.as_coco(tracks.masks, *size)]
    else:
        boxes = tracks.bboxes.astype(np.float64)
        boxes[:, 2:] -= boxes[:, :2]
        areas = boxes[:, 2] * boxes[:, 3]
        compared = [{'bbox': box} for box in boxes.tolist()]
    columns = zip(tracks.frames.tolist(), tracks.labels.tolist(), tracks.scores.tolist(), tracks.ignore.tolist(),
                  areas.tolist(), compared, strict=True)
    annotations = [dict(image_id=frame, category_id=category, score=score, iscrowd=int(ignore), area=area, **region)
                   for frame, label, score, ignore, area, region in columns
                   for category in ([label] if label >= 0 else labels)]
    images = COCO()
    frames = [dict(id=frame, height=size[0], width=size[1]) for frame in set(tracks.frames.tolist())]
    images.dataset = {'images': frames, 'categories': [dict(id=label) for label in labels],
                      'annotations': [dict(entry, id=number) for number, entry in enumerate(annotations, 1)]}
    images.createIndex()
    return images


def _class_matches(of_areas: Sequence[Mapping]) -> ClassMatches:
    """What pycocotools found in one frame for one class, in every area range."""
    found, on_ignored = (np.stack([outcome[key] for outcome in of_areas]).astype(bool)
                         for key in ('dtMatches', 'dtIgnore'))
    return ClassMatches(np.array(of_areas[0]['dtScores'], np.float64), found & ~on_ignored, ~found & ~on_ignored,
                        np.array([np.count_nonzero(outcome['gtIgnore'] == 0) for outcome in of_areas]))
