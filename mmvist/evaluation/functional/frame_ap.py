"""Scores of instance segmentation, for which every frame is an image of its own and ids do not matter.

`coco_ap` is COCO's average precision; `frame_ap` is what Hu et al. (Learning a Spatio-Temporal Embedding for Video
Instance Segmentation, 2019) report beside their tracking scores: average precision, recall and precision at one IoU.
"""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmvist.evaluation.functional.clear import IGNORE_THRESHOLD, MATCH_THRESHOLD
from mmvist.evaluation.functional.matching import ClassMatches
from mmvist.evaluation.functional.pairs import pair_videos
from mmvist.evaluation.functional.similarity import VideoSimilarity, mask_similarity, require_masks
from mmvist.evaluation.functional.video_ap import ap_scores
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks, rle
from mmvist.structures.video_runs import frame_portions, runs_of

Rows = dict[str, dict[str, float]]


def coco_ap(ground_truth: VideoSet, results: VideoSet, regions: Literal['masks', 'boxes']) -> Rows:
    """Score the frames of all videos as the images of COCO (Lin et al., ECCV 2014).

    Scores are means over IoU thresholds and over the classes that have objects: AP over the thresholds 0.50:0.05:0.95,
    AP50 and AP75 at one, APs, APm and APl for objects up to 32^2 pixels, up to 96^2 and above, AR1, AR10 and AR100 with
    so many results a class and frame, ARs, ARm and ARl with 100. Areas are those of the regions compared.

    Args:
        ground_truth: Ignore rows are crowds, those with the label -1 of every class.
        results: Of the same classes; each row counts with its own score.
        regions: What is compared.

    Returns:
        Scores in 0..1, nan where there are no objects, of each class by its name, and of all of them as ''.

    Raises:
        ValueError: The sets do not fit together, or a row has no mask or a broken one where masks are compared.
    """
    pairs = pair_videos(ground_truth, results)
    frames = [matches for truth, tracks in progress(pairs, len(pairs), 'COCO scores')
              for matches in match_frames(truth, tracks, regions)]
    return ap_scores(frames, ground_truth.classes)


def match_frames(ground_truth: VideoTracks, results: VideoTracks, regions: Literal['masks', 'boxes']
                 ) -> list[dict[int, ClassMatches]]:
    """Match the rows of one video as COCO does; one entry a frame that has any, by label, for `ap_scores`.

    Args:
        ground_truth: As for `coco_ap`.
        results: Of the same video.
        regions: What is compared.

    Raises:
        ValueError: As `coco_ap`.
    """
    if regions not in ('masks', 'boxes'):
        raise ValueError(f"regions must be 'masks' or 'boxes', got {regions!r}")
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


@dataclass(frozen=True, eq=False)
class FrameMatches:
    """Outcome for the D results of a class that count; outcomes of several videos add up.

    Attributes:
        scores: (D,) float64.
        hits: (D,) bool, found an object.
        num_objects: Objects, counted once for each frame.
    """

    scores: np.ndarray
    hits: np.ndarray
    num_objects: int

    def __add__(self, other: 'FrameMatches') -> 'FrameMatches':
        return FrameMatches(np.concatenate([self.scores, other.scores]), np.concatenate([self.hits, other.hits]),
                            self.num_objects + other.num_objects)

    @property
    def ap(self) -> float:
        """Area under the steps of precision over recall; nan without objects.

        Results of one score make one step: no threshold parts them, and the order of rows and videos must not matter.
        """
        if not self.num_objects:
            return float('nan')
        order = np.argsort(-self.scores, kind='stable')
        ends = np.flatnonzero(np.diff(self.scores[order], append=-np.inf))
        num_hits = np.cumsum(self.hits[order])[ends]
        return float(np.sum(np.diff(num_hits, prepend=0) * num_hits / (ends + 1)) / self.num_objects)


NO_MATCHES = FrameMatches(np.zeros(0), np.zeros(0, bool), 0)


def frame_ap(ground_truth: VideoSet, results: VideoSet) -> Rows:
    """Score every frame by itself; see `count_frame_ap` and `frame_ap_scores`.

    Args:
        ground_truth: With a mask in every row; ignore rows are regions in which results do not count.
        results: Of the same classes, with a mask in every row, each of which counts with its own score.

    Raises:
        ValueError: The sets do not fit together, a row has no mask or a broken one, or an id occurs twice in a frame.
    """
    pairs = pair_videos(ground_truth, results)
    videos = []
    for truth, tracks in progress(pairs, len(pairs), 'frame scores'):
        similarity = mask_similarity(truth, tracks)
        videos.append({label: count_frame_ap(similarity.of_label(label), tracks.scores[tracks.labels == label])
                       for label in range(len(ground_truth.classes))})
    return frame_ap_scores(videos, ground_truth.classes)


def count_frame_ap(similarity: VideoSimilarity, scores: np.ndarray) -> FrameMatches:
    """Match the objects and results of one class in one video.

    By falling score, each result takes the free object of its frame that it overlaps most, by an IoU above 0.5; of
    results of one score the closest pair goes first. A result that takes none and lies in ignore regions by more than
    half does not count.

    Args:
        similarity: Of one label.
        scores: (P,), of its results.
    """
    pairs = np.flatnonzero(similarity.values > MATCH_THRESHOLD)
    order = pairs[np.lexsort((-similarity.values[pairs], -scores[similarity.rows[pairs]]))]
    free, hits = np.ones(len(similarity.gt_ids), bool), np.zeros(len(similarity.ids), bool)
    for row, column in zip(similarity.gt_rows[order].tolist(), similarity.rows[order].tolist(), strict=True):
        if free[row] and not hits[column]:
            free[row], hits[column] = False, True
    counted = hits | (similarity.ignore_share <= IGNORE_THRESHOLD)
    return FrameMatches(scores[counted].astype(np.float64), hits[counted], len(free))


def frame_ap_scores(videos: Sequence[Mapping[int, FrameMatches]], classes: Sequence[str]) -> Rows:
    """Put the matches of videos together, which are given by label.

    Recall is the share of objects found, precision that of results that found one, both over all videos; they are the
    `clear` scores, and like these 0 where there are either no objects or no results. AP is nan without objects.

    Returns:
        Scores of each class by its name, and of everything as '', where AP is the mean of the classes with objects.
    """
    totals = {name: reduce(add, (matches[label] for matches in videos if label in matches), NO_MATCHES)
              for label, name in enumerate(classes)}
    defined = [total.ap for total in totals.values() if total.num_objects]
    mean = float(np.mean(defined)) if defined else float('nan')
    everything = reduce(add, totals.values(), NO_MATCHES)
    return {'': _scores(everything, mean), **{name: _scores(total, total.ap) for name, total in totals.items()}}


def _scores(total: FrameMatches, ap: float) -> dict[str, float]:
    num_hits = int(np.count_nonzero(total.hits))
    return {'AP': ap, 'recall': num_hits / max(total.num_objects, 1), 'precision': num_hits / max(len(total.hits), 1)}
