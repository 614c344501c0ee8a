"""HOTA: detection and association in one score (Luiten et al., IJCV 2021), as TrackEval counts it."""

import operator
from dataclasses import dataclass, field

import numpy as np

from mmvist.evaluation.functional.assignment import best_pairs
from mmvist.evaluation.functional.similarity import VideoSimilarity

# Formed as TrackEval forms them: equal to the last bit, which decides over a likeness of exactly so much.
ALPHAS = np.arange(0.05, 0.99, 0.05)
# A match reaches none of them, or the first so many.
NUM_LEVELS = len(ALPHAS) + 1
EPSILON = np.finfo(float).eps
# What TrackEval takes for nothing in its mean likeness, which makes that 1 where there are no matches.
NOTHING = 1e-10


def _zeros() -> np.ndarray:
    return np.zeros(len(ALPHAS))


@dataclass(frozen=True, eq=False)
class HotaCounts:
    """What the scores are made of, at each of the 19 values of alpha; counts of several videos or classes add up.

    The default is a video without objects and results. All are (19,) float64, the first three whole numbers.

    Attributes:
        tp: Matches that are alike by at least alpha.
        fn: Objects, counted once for each frame, without such a match.
        fp: Results without such a match.
        likeness: Sum of the likeness of the matches.
        association: Sum over the matches of the paper's A(c): of all frames in which the object or the id of a match is
            present, the share in which they are matched with each other.
        association_recall: The same, of the frames of the object.
        association_precision: The same, of the frames of the id.
    """

    tp: np.ndarray = field(default_factory=_zeros)
    fn: np.ndarray = field(default_factory=_zeros)
    fp: np.ndarray = field(default_factory=_zeros)
    likeness: np.ndarray = field(default_factory=_zeros)
    association: np.ndarray = field(default_factory=_zeros)
    association_recall: np.ndarray = field(default_factory=_zeros)
    association_precision: np.ndarray = field(default_factory=_zeros)

    def __add__(self, other: 'HotaCounts') -> 'HotaCounts':
        return HotaCounts(*map(operator.add, vars(self).values(), vars(other).values()))

    def curves(self) -> dict[str, np.ndarray]:
        """Each score as a function of `ALPHAS`, (19,) in 0..1.

        A share of nothing is 0, but LocA is 1 where there are no matches.
        """
        matches = np.maximum(self.tp, 1)
        detection = self.tp / np.maximum(self.tp + self.fn + self.fp, 1)
        association = self.association / matches
        return {
            'HOTA': np.sqrt(detection * association),
            'DetA': detection,
            'AssA': association,
            'DetRe': self.tp / np.maximum(self.tp + self.fn, 1),
            'DetPr': self.tp / np.maximum(self.tp + self.fp, 1),
            'AssRe': self.association_recall / matches,
            'AssPr': self.association_precision / matches,
            'LocA': np.maximum(self.likeness, NOTHING) / np.maximum(self.tp, NOTHING),
        }

    def scores(self) -> dict[str, float]:
        """The mean of each curve, and as `HOTA(0)`, `LocA(0)` and their product `HOTALocA(0)` the least alpha alone."""
        curves = self.curves()
        hota, location = float(curves['HOTA'][0]), float(curves['LocA'][0])
        return {**{name: float(curve.mean()) for name, curve in curves.items()},
                'HOTA(0)': hota, 'LocA(0)': location, 'HOTALocA(0)': hota * location}


def count_hota(similarity: VideoSimilarity) -> HotaCounts:
    """Match and count the objects and results of one class in one video.

    In every frame the sum over the matches of likeness times alignment is greatest, where the alignment of an object
    and an id tells how alike they are over the whole video. As in TrackEval the choice is the same for every alpha.

    Args:
        similarity: Of one label, without the results that are to be ignored.
    """
    objects, gt_frames = np.unique(similarity.gt_ids, return_inverse=True, return_counts=True)[1:]
    tracks, frames = np.unique(similarity.ids, return_inverse=True, return_counts=True)[1:]
    # One number for an object and an id; only of those that meet is anything held.
    keys, pairs = np.unique(objects[similarity.gt_rows] * len(frames) + tracks[similarity.rows], return_inverse=True)
    gt_frames, frames = (gt_frames[keys // len(frames)], frames[keys % len(frames)]) if len(keys) else (keys, keys)
    together = np.bincount(pairs, _shared_likeness(similarity), len(keys))
    alignment = together / (gt_frames + frames - together)
    chosen = best_pairs(similarity, alignment[pairs] * similarity.values, np.ones(len(pairs), bool))

    values = similarity.values[chosen]
    # How many alphas each match reaches: it counts at so many of the first.
    reached = np.searchsorted(ALPHAS - EPSILON, values, side='right')
    tp = _from_the_end(np.bincount(reached, minlength=NUM_LEVELS)).astype(np.float64)
    return HotaCounts(
        tp, len(similarity.gt_ids) - tp, len(similarity.ids) - tp,
        _from_the_end(np.bincount(reached, values, NUM_LEVELS)),
        *_association(pairs[chosen], reached, gt_frames, frames))


def _shared_likeness(similarity: VideoSimilarity) -> np.ndarray:
    """(M,) likeness of each pair over that of all pairs of its object or its result, in 0..1."""
    values = similarity.values
    of_object = np.bincount(similarity.gt_rows, values, len(similarity.gt_ids))[similarity.gt_rows]
    of_result = np.bincount(similarity.rows, values, len(similarity.ids))[similarity.rows]
    whole = of_result + of_object - values
    return np.where(whole > EPSILON, values / whole, 0)


def _association(pairs: np.ndarray, reached: np.ndarray, gt_frames: np.ndarray, frames: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums over the matches of their association, its recall and its precision, (19,) each.

    Args:
        pairs: (M,) number, 0..K-1, of the object and id of each match.
        reached: (M,) number of alphas that it reaches.
        gt_frames: (K,) frames in which the object is present.
        frames: (K,) frames in which the id is.
    """
    keys, pairs = np.unique(pairs, return_inverse=True)
    counts = np.bincount(pairs * NUM_LEVELS + reached, minlength=len(keys) * NUM_LEVELS).reshape(-1, NUM_LEVELS)
    matched = _from_the_end(counts).astype(np.float64)
    gt_frames, frames = gt_frames[keys, None], frames[keys, None]
    return tuple(np.sum(matched * matched / whole, axis=0)
                 for whole in (gt_frames + frames - matched, gt_frames, frames))


def _from_the_end(counts: np.ndarray) -> np.ndarray:
    """Sums over the levels (..., 20) from each of the last 19 on, (..., 19)."""
    return np.cumsum(counts[..., :0:-1], axis=-1)[..., ::-1]
