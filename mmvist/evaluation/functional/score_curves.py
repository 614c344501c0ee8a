"""How the scores of true and of false tracks change while the tracks go on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.clear import IGNORE_THRESHOLD, MATCH_THRESHOLD
from mmvist.evaluation.functional.similarity import VideoSimilarity

KINDS = ('true', 'false')


@dataclass(frozen=True, eq=False)
class ScoreCurve:
    """Scores of some tracks by age, the frames since a track was first shown; those of several videos add up.

    Attributes:
        sums: (A,) float64, sum of the scores of the tracks that are shown at each age.
        birth_sums: (A,) float64, sum of the scores that the same tracks had at age 0. Those with better scores may live
            longer, so that means rise even where no track gains.
        counts: (A,) int64, how many these are; at age 0 all.
        last_sum: Sum of the score of each track in the last frame that it is shown in.
    """

    sums: np.ndarray
    birth_sums: np.ndarray
    counts: np.ndarray
    last_sum: float

    def __add__(self, other: 'ScoreCurve') -> 'ScoreCurve':
        length = max(len(self.counts), len(other.counts))
        columns = (sum(np.pad(getattr(curve, name), (0, length - len(curve.counts))) for curve in (self, other))
                   for name in ('sums', 'birth_sums', 'counts'))
        return ScoreCurve(*columns, self.last_sum + other.last_sum)

    @property
    def num_tracks(self) -> int:
        """How many tracks there are."""
        return int(self.counts[:1].sum())

    @property
    def means(self) -> np.ndarray:
        """(A,) float64, mean score at each age, nan where no track is shown."""
        return self._means(self.sums)

    @property
    def birth_means(self) -> np.ndarray:
        """(A,) float64, mean score at birth of the tracks that are shown at each age, nan where there are none."""
        return self._means(self.birth_sums)

    def _means(self, sums: np.ndarray) -> np.ndarray:
        return np.where(self.counts > 0, sums, np.nan) / np.maximum(self.counts, 1)


NO_TRACKS = ScoreCurve(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), 0.0)


def count_score_curves(similarity: VideoSimilarity, scores: np.ndarray) -> dict[str, ScoreCurve]:
    """Sum up the scores of one video's tracks.

    A track is true when in at least half of the frames that it is shown in it overlaps one and the same object by an
    IoU of 0.5 or above; it need not be the only one to do so. Any other track is false, unless in at least half of its
    frames it lies in ignore regions by more than half: such a track does not count.

    Args:
        similarity: Pairs are of one label, so objects and results of all classes need the same one to be compared
            whatever their class.
        scores: (P,), of its results.

    Returns:
        A curve for each of `KINDS`.
    """
    _, first, tracks = np.unique(similarity.ids, return_index=True, return_inverse=True)
    _, objects = np.unique(similarity.gt_ids, return_inverse=True)
    num_frames = np.bincount(tracks, minlength=len(first))
    close = similarity.values >= MATCH_THRESHOLD
    on_object = np.zeros((len(first), objects.max(initial=-1) + 1), np.int64)
    np.add.at(on_object, (tracks[similarity.rows[close]], objects[similarity.gt_rows[close]]), 1)
    true = 2 * on_object.max(axis=1, initial=0) >= num_frames
    ignored = 2 * np.bincount(tracks, similarity.ignore_share > IGNORE_THRESHOLD, len(first)) >= num_frames

    ages = similarity.frames - similarity.frames[first][tracks]
    last = np.zeros(len(first), np.int64)
    last[tracks] = np.arange(len(tracks))  # of several rows of a track the last one stays
    births = scores[first][tracks]
    curves = {}
    for kind, chosen in zip(KINDS, (true, ~true & ~ignored), strict=True):
        rows = chosen[tracks]
        curves[kind] = ScoreCurve(np.bincount(ages[rows], scores[rows]), np.bincount(ages[rows], births[rows]),
                                  np.bincount(ages[rows]), float(scores[last[chosen]].sum(dtype=np.float64)))
    return curves


def score_curve_scores(curves: Mapping[str, ScoreCurve]) -> dict[str, dict[str, float | int]]:
    """Mean score of the tracks of each kind in their first and in their last frame, nan without any; their number."""
    return {kind: {'birth': _mean(curve.sums[:1].sum(), curve), 'last': _mean(curve.last_sum, curve),
                   'tracks': curve.num_tracks} for kind, curve in curves.items()}


def _mean(total: float, curve: ScoreCurve) -> float:
    return float(total) / curve.num_tracks if curve.num_tracks else float('nan')
