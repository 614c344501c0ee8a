"""CLEAR scores of multi-object tracking: with masks as Voigtlaender et al. (CVPR 2019) count them, or with boxes."""

import math
import operator
from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.assignment import best_pairs, steps_of, tracked_pairs
from mmvist.evaluation.functional.rules import Rules
from mmvist.evaluation.functional.similarity import VideoSimilarity

MATCH_THRESHOLD = 0.5
IGNORE_THRESHOLD = 0.5
MOSTLY_TRACKED, MOSTLY_LOST = 0.8, 0.2


@dataclass(frozen=True)
class ClearCounts:
    """What the scores are made of; counts of several videos or classes add up.

    Attributes:
        tp: Objects, counted once for each frame, that were matched.
        fp: Results that neither matched nor lie in an ignore region.
        fn: Objects that were not matched.
        soft_tp: Sum of the likeness of the matches.
        switches: Matches of an object with another id than its last match had.
        fragments: Interruptions of tracks; see `Rules`.
        mostly_tracked: Ground-truth tracks matched in more than 80 % of their frames.
        partly_tracked: Those in between.
        mostly_lost: Those matched in less than 20 %.
        frames: Frames.
        precise_frames: Sum over the frames of the mean likeness of their matches, 1 for a frame without any.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    soft_tp: float = 0.0
    switches: int = 0
    fragments: int = 0
    mostly_tracked: int = 0
    partly_tracked: int = 0
    mostly_lost: int = 0
    frames: int = 0
    precise_frames: float = 0.0

    def __add__(self, other: 'ClearCounts') -> 'ClearCounts':
        return ClearCounts(*map(operator.add, vars(self).values(), vars(other).values()))

    def scores(self, rules: Rules) -> dict[str, float | int]:
        """Shares as floats, counts as ints, under the names that are common to masks and boxes."""
        objects, found = self.tp + self.fn, self.tp + self.fp
        accuracy, precision = {'infinite': (-np.inf, np.inf), 'zero': (0.0, 0.0), 'nan': (np.nan, np.nan)
                               }[rules.undefined]

        def share(part: float, whole: float, undefined: float) -> float:
            if whole == 0 and rules.undefined == 'zero':
                whole = 1
            return part / whole if whole else undefined

        both = bool(objects and found)
        recall, exactness = (share(self.tp, whole, 0.0) if both else 0.0 for whole in (objects, found))
        log_switches = math.log10(self.switches) if self.switches else 0.0
        return {
            'sMOTA': share(self.soft_tp - self.fp - self.switches, objects, accuracy),
            'MOTA': share(self.tp - self.fp - self.switches, objects, accuracy),
            'MOTP': share(self.soft_tp, self.tp, precision),
            'MODA': share(self.tp - self.fp, objects, accuracy),
            'MODSP': share(self.precise_frames, self.frames, precision),
            'MOTAL': share(self.tp - self.fp - log_switches, objects, accuracy),
            'recall': recall, 'precision': exactness,
            'F1': 2 * self.tp / (objects + found) if both else 0.0,
            'FAR': share(self.fp, self.frames, 0.0),
            'TP': self.tp, 'FP': self.fp, 'FN': self.fn, 'IDS': self.switches, 'Frag': self.fragments,
            'MT': self.mostly_tracked, 'PT': self.partly_tracked, 'ML': self.mostly_lost,
        }


def count_clear(similarity: VideoSimilarity, rules: Rules) -> ClearCounts:
    """Match and count the objects and results of one class in one video.

    Args:
        similarity: Of one label.
        rules: How to count.
    """
    similarity = without_ignored(similarity, rules)
    eligible = _eligible(similarity, rules)
    if rules.keep == 'none':
        pairs = best_pairs(similarity, similarity.values, eligible)
    else:
        pairs = tracked_pairs(similarity, eligible, rules.keep)
    rows, values = similarity.gt_rows[pairs], similarity.values[pairs]
    per_frame = np.bincount(similarity.gt_frames[rows], minlength=similarity.num_frames)
    likeness = np.bincount(similarity.gt_frames[rows], values, similarity.num_frames)
    frames = np.where(per_frame, likeness / np.maximum(per_frame, 1), 1)
    if not rules.count_frames and not (len(similarity.gt_ids) and len(similarity.ids)):
        frames = frames[:0]
    counts = ClearCounts(
        tp=len(rows), fn=len(similarity.gt_ids) - len(rows), fp=len(similarity.ids) - len(rows),
        soft_tp=float(values.sum()), frames=len(frames), precise_frames=float(frames.sum()))
    return counts + _count_tracks(similarity, rows, similarity.rows[pairs], rules)


def without_ignored(similarity: VideoSimilarity, rules: Rules) -> VideoSimilarity:
    """Leave out results that are neither right nor wrong: without a match, and in ignore regions by more than half."""
    covered = similarity.ignore_share > IGNORE_THRESHOLD
    if not covered.any():
        return similarity
    covered[similarity.rows[best_pairs(similarity, similarity.values, _eligible(similarity, rules))]] = False
    return similarity.select(np.ones(len(similarity.gt_ids), bool), ~covered)


def _eligible(similarity: VideoSimilarity, rules: Rules) -> np.ndarray:
    """(M,) bool: pairs that are alike enough to be a match."""
    # As TrackEval, which forgives the last bit.
    return (similarity.values >= MATCH_THRESHOLD - np.finfo(float).eps if rules.included
            else similarity.values > MATCH_THRESHOLD)


def _count_tracks(similarity: VideoSimilarity, rows: np.ndarray, columns: np.ndarray, rules: Rules) -> ClearCounts:
    """Switches, fragments and coverage of every ground-truth track."""
    matched = np.full(len(similarity.gt_ids), -1)
    matched[rows] = columns
    order = np.lexsort((similarity.gt_frames, similarity.gt_ids))
    ids = similarity.ids[matched[order]] if len(similarity.ids) else np.zeros(len(order), np.int64)
    found = matched[order] >= 0
    steps = steps_of(similarity)[similarity.gt_frames[order]]
    starts = np.flatnonzero(np.diff(similarity.gt_ids[order], prepend=-1 - abs(similarity.gt_ids).max(initial=0)))
    total = ClearCounts()
    for start, stop in zip(starts.tolist(), np.append(starts, len(order))[1:].tolist(), strict=True):
        total += _count_track(ids[start:stop], found[start:stop], steps[start:stop], rules)
    return total


def _count_track(ids: np.ndarray, found: np.ndarray, steps: np.ndarray, rules: Rules) -> ClearCounts:
    """Counts of one track over the frames in which it is annotated.

    Args:
        ids: (T,) id it was matched with.
        found: (T,) bool, whether it was matched.
        steps: (T,) number of its frames among those that have objects and results.
        rules: How to count.
    """
    places = np.flatnonzero(found)
    switched = np.diff(ids[places]) != 0
    if len(places) == 0:
        fragments = 0
    elif rules.fragments == 'trackeval':
        fragments = np.count_nonzero(np.diff(steps[places]) != 1)
    elif rules.fragments == 'motmetrics':
        fragments = np.count_nonzero(np.diff(places) != 1)
    else:
        fragments = _fragments_of_mots_tools(places, switched, len(found))
    covered = len(places) / len(found)
    tracked = covered >= MOSTLY_TRACKED if rules.ends_included else covered > MOSTLY_TRACKED
    lost = covered < MOSTLY_LOST
    return ClearCounts(switches=int(np.count_nonzero(switched)), fragments=int(fragments), mostly_tracked=int(tracked),
                       mostly_lost=int(lost), partly_tracked=int(not tracked and not lost))


def _fragments_of_mots_tools(places: np.ndarray, switched: np.ndarray, length: int) -> int:
    """Matches that resume or switch and last for another frame, or end the track.

    The program asks for an earlier match and a next one, but of the track's last frame for neither.
    """
    resumed = np.diff(places) != 1
    starts = np.concatenate([[places[0] > 0], resumed | switched])
    earlier = np.arange(len(places)) > 0
    lasts = np.concatenate([~resumed, [False]])
    is_end = places == length - 1
    return np.count_nonzero(starts & (is_end | (earlier & lasts)))
