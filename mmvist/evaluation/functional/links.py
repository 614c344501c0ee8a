"""Links: whether what is one object in successive frames is one track there, and nothing else is."""

import operator
from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.assignment import best_pairs
from mmvist.evaluation.functional.similarity import VideoSimilarity

MATCH_THRESHOLD = 0.5


@dataclass(frozen=True)
class LinkCounts:
    """What the scores are made of; counts of several videos or classes add up.

    Attributes:
        links: Pairs of successive frames that both show an object, for each object.
        found: Those in which the object is found twice, by one and the same track.
        broken: Those in which it is found twice, by two tracks.
        made: Pairs of successive frames that both show a track, for each track.
        wrong: Those in which the track finds two objects.
    """

    links: int = 0
    found: int = 0
    broken: int = 0
    made: int = 0
    wrong: int = 0

    def __add__(self, other: 'LinkCounts') -> 'LinkCounts':
        return LinkCounts(*map(operator.add, vars(self).values(), vars(other).values()))

    def scores(self) -> dict[str, float | int]:
        """Shares as floats, 0 where they are of nothing, and counts as ints."""
        return {'LinkRe': self.found / max(self.links, 1), 'LinkPr': self.found / max(self.made, 1),
                'LinkWrong': self.wrong / max(self.made, 1), 'Links': self.links, 'Found': self.found,
                'Broken': self.broken, 'Made': self.made, 'Wrong': self.wrong}


def count_links(similarity: VideoSimilarity) -> LinkCounts:
    """Compare the links of objects and of tracks; the two of a pair overlap by more than half.

    Args:
        similarity: Of one label, without the results that are to be ignored.
    """
    pairs = best_pairs(similarity, similarity.values, similarity.values > MATCH_THRESHOLD)
    gt_rows, rows = similarity.gt_rows[pairs], similarity.rows[pairs]
    # What each object is found by, and what each result finds, if anything.
    found, finder = np.zeros(len(similarity.gt_ids), bool), np.zeros(len(similarity.gt_ids), np.int64)
    right, finds = np.zeros(len(similarity.ids), bool), np.zeros(len(similarity.ids), np.int64)
    found[gt_rows], finder[gt_rows] = True, similarity.ids[rows]
    right[rows], finds[rows] = True, similarity.gt_ids[gt_rows]
    first, last = _successive(similarity.gt_frames, similarity.gt_ids)
    both = found[first] & found[last]
    same = finder[first] == finder[last]
    start, end = _successive(similarity.frames, similarity.ids)
    wrong = right[start] & right[end] & (finds[start] != finds[end])
    return LinkCounts(len(first), int((both & same).sum()), int((both & ~same).sum()), len(start), int(wrong.sum()))


def _successive(frames: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that have one id in two successive frames."""
    order = np.lexsort((frames, ids))
    linked = (np.diff(ids[order]) == 0) & (np.diff(frames[order]) == 1)
    return order[:-1][linked], order[1:][linked]
