"""Average precision, recall and precision of single frames at one IoU; ids do not matter.

Hu et al. (Learning a Spatio-Temporal Embedding for Video Instance Segmentation, 2019) report them beside their tracking
scores. As their text has them, that is: `window_protocol` has them as their code counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from mmvist.evaluation.functional.clear import IGNORE_THRESHOLD, MATCH_THRESHOLD
from mmvist.evaluation.functional.similarity import VideoSimilarity


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


def count_frame_ap(similarity: VideoSimilarity, scores: np.ndarray) -> FrameMatches:
    """Match the objects and results of one class in one video.

    By falling score, each result takes the free object of its frame that it overlaps most, by an IoU above 0.5; of
    results of one score the closest pair goes first. A result that takes none and lies in ignore regions by more than
    half does not count.

    Args:
        similarity: Of one label.
        scores: (P,), of its results.
    """
    hits = np.zeros(len(similarity.ids), bool)
    hits[similarity.rows[greedy_pairs(similarity, scores)]] = True
    counted = hits | (similarity.ignore_share <= IGNORE_THRESHOLD)
    return FrameMatches(scores[counted].astype(np.float64), hits[counted], len(similarity.gt_ids))


def greedy_pairs(similarity: VideoSimilarity, ranks: np.ndarray) -> np.ndarray:
    """Positions of the pairs that come about when results choose one after another, rising.

    Args:
        similarity: Pairs that are alike by more than 0.5 may be chosen, each object and each result once.
        ranks: (P,), of the results; the highest chooses first, of equal ones that of the closest pair.
    """
    pairs = np.flatnonzero(similarity.values > MATCH_THRESHOLD)
    order = pairs[np.lexsort((-similarity.values[pairs], -ranks[similarity.rows[pairs]]))]
    rows, columns, chosen = set(), set(), []
    for pair, row, column in zip(order.tolist(), similarity.gt_rows[order].tolist(), similarity.rows[order].tolist(),
                                 strict=True):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            chosen.append(pair)
    return np.sort(np.array(chosen, np.int64))


def frame_ap_scores(videos: Sequence[Mapping[int, FrameMatches]], classes: Sequence[str]
                    ) -> dict[str, dict[str, float]]:
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
