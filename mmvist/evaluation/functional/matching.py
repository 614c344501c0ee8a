"""Which tracks of one class are found in one video, at every IoU threshold and area range of YouTube-VIS."""

from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.rules import TrackRules
from mmvist.evaluation.functional.track_iou import TrackTable, track_overlap

# Mean pixels of a track, both ends included: all, small, medium, large.
AREA_RANGES = np.array([[0, 1e10], [0, 128 ** 2], [128 ** 2, 256 ** 2], [256 ** 2, 1e10]])
MAX_TRACKS = 100  # of one class in one video, by score


@dataclass(frozen=True, eq=False)
class ClassMatches:
    """Outcome for the D best results of a class in a video; A area ranges, T thresholds.

    Attributes:
        scores: (D,) float64, never rising.
        hits: (A, T, D) bool, found an object that counts.
        misses: (A, T, D) bool, found nothing, and would count.
        num_objects: (A,) int64, objects that count.
    """

    scores: np.ndarray
    hits: np.ndarray
    misses: np.ndarray
    num_objects: np.ndarray


def match_classes(ground_truth: TrackTable, results: TrackTable, rules: TrackRules) -> dict[int, ClassMatches]:
    """Match results to objects of one video, class by class, for every class that either has.

    An ignore track with the label -1 belongs to every class.
    """
    order = np.argsort(-results.scores, kind='stable')
    best = {label: order[results.labels[order] == label][:MAX_TRACKS] for label in np.unique(results.labels).tolist()}
    labels = sorted({label for label in ground_truth.labels.tolist() if label >= 0} | set(best))
    of_class = {label: np.flatnonzero((ground_truth.labels == label) | (ground_truth.labels == -1)) for label in labels}
    nothing = np.zeros(0, np.int64)
    wanted = np.zeros((len(results), len(ground_truth)), bool)
    for label in labels:
        wanted[np.ix_(best.get(label, nothing), of_class[label])] = True
    overlap = track_overlap(results, ground_truth, wanted)
    matches = {}
    for label in labels:
        rows, columns = best.get(label, nothing), of_class[label]
        if len(columns) == 0:
            matches[label] = _nothing_to_find(results.scores[rows], overlap.areas[rows], len(rules.thresholds))
            continue
        matches[label] = _match_class(overlap.iou[np.ix_(rows, columns)], results.scores[rows], overlap.areas[rows],
                                      overlap.other_areas[columns], ground_truth.ignore[columns],
                                      ground_truth.ids[columns] == 0, rules)
    return matches


def _nothing_to_find(scores: np.ndarray, areas: np.ndarray, num_thresholds: int) -> ClassMatches:
    """As `_match_class` without objects, which is what most classes of most videos are."""
    counts = (areas >= AREA_RANGES[:, :1]) & (areas <= AREA_RANGES[:, 1:])
    shape = len(AREA_RANGES), num_thresholds, len(scores)
    return ClassMatches(scores, np.zeros(shape, bool), np.repeat(counts[:, None], num_thresholds, axis=1),
                        np.zeros(len(AREA_RANGES), np.int64))


def _match_class(iou: np.ndarray, scores: np.ndarray, areas: np.ndarray, gt_areas: np.ndarray, crowd: np.ndarray,
                 is_zero: np.ndarray, rules: TrackRules) -> ClassMatches:
    low, high = AREA_RANGES.T[:, :, None]
    ignored = crowd | (gt_areas < low) | (gt_areas > high)
    sharing = crowd & rules.crowds_share
    hits, on_ignored = match_tracks(iou, ignored, sharing, is_zero & rules.zero_is_none, rules.thresholds)
    misses = ~hits & ~on_ignored & ((areas >= low) & (areas <= high))[:, None]
    return ClassMatches(scores, hits, misses, np.count_nonzero(~ignored, axis=1))


def match_tracks(iou: np.ndarray, ignored: np.ndarray, sharing: np.ndarray, nameless: np.ndarray,
                 thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each result, in the order of its row, the free object it overlaps most.

    Objects that count go before ignored ones; of equal overlaps the last object wins.

    Args:
        iou: (D, G).
        ignored: (A, G) bool, objects that do not count in each area range.
        sharing: (G,) bool, objects that take any number of results.
        nameless: (G,) bool, objects that may be taken, but whoever takes one counts as if it had none.
        thresholds: (T,) float64, what the overlap must reach.

    Returns:
        (A, T, D) bool each: results on an object that counts, results on an ignored one.
    """
    num_ranges, num_objects = ignored.shape
    on_object, on_ignored = np.zeros((2, num_ranges, len(thresholds), len(iou)), bool)
    free = np.ones((num_ranges, len(thresholds), num_objects), bool)
    for row in np.flatnonzero(iou.max(axis=1, initial=0) >= thresholds[0]).tolist():
        eligible = (iou[row] >= thresholds[:, None]) & (free | sharing)
        counting = eligible & ~ignored[:, None]
        found = counting.any(axis=-1)
        on_ignored[..., row] = ~found & eligible.any(axis=-1)
        overlap = np.where(np.where(found[..., None], counting, eligible), iou[row], -1)
        choice = num_objects - 1 - overlap[..., ::-1].argmax(axis=-1)
        taken = np.nonzero(found | on_ignored[..., row])
        free[(*taken, choice[taken])] = False
        on_object[..., row] = found & ~nameless[choice]
    return on_object, on_ignored
