"""Average precision and recall of YouTube-VIS (Yang et al., ICCV 2019), as the official tool counts them."""

from collections.abc import Mapping, Sequence

import numpy as np

from mmvist.evaluation.functional.matching import AREA_RANGES, MAX_TRACKS, ClassMatches, match_classes
from mmvist.evaluation.functional.rules import THRESHOLDS, YOUTUBE_VIS, TrackRules
from mmvist.evaluation.functional.similarity import require_masks
from mmvist.evaluation.functional.track_iou import track_table
from mmvist.structures import VideoTracks

RECALL_GRID = np.linspace(0, 1, 101)
NUM_TRACKS = (1, 10, MAX_TRACKS)
AREA_SUFFIXES = ('', 's', 'm', 'l')


def match_video(ground_truth: VideoTracks, results: VideoTracks, rules: TrackRules = YOUTUBE_VIS
                ) -> dict[int, ClassMatches]:
    """Match the tracks of one video by the overlap of their masks over all frames; one entry a label.

    Args:
        ground_truth: Objects; ignore rows are crowds, those with the label -1 of every class.
        results: Tracks of the same classes, which may overlap.
        rules: How to match.

    Raises:
        ValueError: A row has no mask, or a broken one.
    """
    require_masks(ground_truth, 'ground truth')
    require_masks(results, 'results')
    return match_classes(track_table(ground_truth), track_table(results), rules)


def ap_scores(videos: Sequence[Mapping[int, ClassMatches]], classes: Sequence[str]) -> dict[str, dict[str, float]]:
    """Score the matches of all videos, in the order of their ids.

    Scores are means over IoU thresholds and over the classes that have objects: AP over the thresholds 0.50:0.05:0.95,
    AP50 and AP75 at one, APs, APm and APl for objects of a mean area up to 128^2, up to 256^2 and above, AR1, AR10 and
    AR100 with so many results a class and video, ARs, ARm and ARl with 100.

    Differs from the official tool in what is a fault of it: an object may have the id 0, and no results are a score
    of 0. Areas of objects are those of their masks. A track without a row in any frame is not seen.

    Returns:
        Scores in 0..1, nan where there are no objects, of each class by its name, and of all of them as ''.
    """
    precision, recall = curves(videos, len(classes))
    of_class = {name: _scores(precision[label], recall[label]) for label, name in enumerate(classes)}
    return {'': _scores(precision, recall), **of_class}


def curves(videos: Sequence[Mapping[int, ClassMatches]], num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision (K, A, T, 101) on the recall grid and final recall (K, A, T, 3); nan where there are no objects."""
    shape = (num_classes, len(AREA_RANGES), len(THRESHOLDS))
    precision = np.full((*shape, len(RECALL_GRID)), np.nan)
    recall = np.full((*shape, len(NUM_TRACKS)), np.nan)
    for label in range(num_classes):
        found = [matches[label] for matches in videos if label in matches]
        num_objects = sum((matches.num_objects for matches in found), np.zeros(len(AREA_RANGES), np.int64))
        scores = np.concatenate([np.zeros(0), *(matches.scores for matches in found)])
        ranks = np.concatenate([np.zeros(0, np.int64), *(np.arange(len(matches.scores)) for matches in found)])
        order = np.argsort(-scores, kind='stable')
        for area in np.flatnonzero(num_objects).tolist():
            hits = np.concatenate([matches.hits[area] for matches in found], axis=1)[:, order]
            misses = np.concatenate([matches.misses[area] for matches in found], axis=1)[:, order]
            precision[label, area] = interpolated_precision(hits, misses, int(num_objects[area]))
            for index, limit in enumerate(NUM_TRACKS):
                recall[label, area, :, index] = hits[:, ranks[order] < limit].sum(axis=1) / num_objects[area]
    return precision, recall


def interpolated_precision(hits: np.ndarray, misses: np.ndarray, num_objects: int) -> np.ndarray:
    """Best precision at each recall of the grid or beyond, 0 where that recall is not reached.

    Args:
        hits: (T, D) bool, by falling score: found an object that counts.
        misses: (T, D) bool: found nothing.
        num_objects: Objects that count, at least 1.

    Returns:
        (T, 101) float64.
    """
    num_hits, num_misses = np.cumsum(hits, axis=1), np.cumsum(misses, axis=1)
    recall = num_hits / num_objects
    precision = num_hits / (num_hits + num_misses + np.spacing(1))
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # One more column answers for the recalls that are not reached.
    envelope = np.concatenate([envelope, np.zeros((len(hits), 1))], axis=1)
    places = np.stack([np.searchsorted(row, RECALL_GRID, side='left') for row in recall])
    return np.take_along_axis(envelope, places, axis=1)


def _scores(precision: np.ndarray, recall: np.ndarray) -> dict[str, float]:
    """Means over what is defined of precision (..., A, T, 101) and recall (..., A, T, 3)."""
    scores = {'AP': precision[..., 0, :, :], 'AP50': precision[..., 0, 0, :], 'AP75': precision[..., 0, 5, :]}
    for area, suffix in list(enumerate(AREA_SUFFIXES))[1:]:
        scores[f'AP{suffix}'] = precision[..., area, :, :]
    for index, limit in enumerate(NUM_TRACKS):
        scores[f'AR{limit}'] = recall[..., 0, :, index]
    for area, suffix in list(enumerate(AREA_SUFFIXES))[1:]:
        scores[f'AR{suffix}'] = recall[..., area, :, -1]
    return {name: _mean(values) for name, values in scores.items()}


def _mean(values: np.ndarray) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float('nan')
