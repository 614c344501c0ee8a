"""Whether the moments that are hard for a tracker leave objects the ids they had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from mmvist.evaluation.functional.assignment import best_pairs
from mmvist.evaluation.functional.clear import MATCH_THRESHOLD
from mmvist.evaluation.functional.similarity import VideoSimilarity
from mmvist.io.hard_cases import HardCase

# Frames that an object may be found earlier or later: just before it vanishes hardly anything of it is to be seen.
REACH = 3


@dataclass(frozen=True)
class CaseCounts:
    """How many cases ended how; counts of several videos or kinds add up.

    Attributes:
        kept: Everybody is found before and after, under one id.
        switched: Everybody is found before and after, somebody under another id.
        missed: Somebody is not found before or not after, so that there is no id to compare; found is who is found in
            the frame, or in one of the `REACH` frames earlier or later.
        tp: How often somebody is found in one of all these frames.
        fn: How often somebody is there and is not found.
    """

    kept: int = 0
    switched: int = 0
    missed: int = 0
    tp: int = 0
    fn: int = 0

    def __add__(self, other: 'CaseCounts') -> 'CaseCounts':
        return CaseCounts(*map(add, vars(self).values(), vars(other).values()))

    def scores(self) -> dict[str, float | int]:
        """`association`, the share of kept ids where all are found, and `success`, of all; nan without cases."""
        found = self.kept + self.switched
        return {'association': _share(self.kept, found), 'success': _share(self.kept, found + self.missed),
                'kept': self.kept, 'switched': self.switched, 'missed': self.missed, 'TP': self.tp, 'FN': self.fn}


def count_hard_cases(similarity: VideoSimilarity, cases: Sequence[HardCase]) -> dict[str, CaseCounts]:
    """Count the cases of one video by kind.

    A result stands for an object of its frame where their likeness is above 0.5, each for one at most and with the
    greatest sum of likeness in the frame.

    Args:
        similarity: Of the whole video, or of `frames_of` the cases alone; pairs are of one label, so objects and
            results of all classes need the same one to be compared whatever their class.
        cases: Their ids are objects in both frames.
    """
    pairs = best_pairs(similarity, similarity.values, similarity.values > MATCH_THRESHOLD)
    objects, results = similarity.gt_rows[pairs], similarity.rows[pairs]
    found = dict(zip(zip(similarity.gt_frames[objects].tolist(), similarity.gt_ids[objects].tolist(), strict=True),
                     similarity.ids[results].tolist(), strict=True))
    shown = set(zip(similarity.gt_frames.tolist(), similarity.gt_ids.tolist(), strict=True))
    counts: dict[str, CaseCounts] = {}
    for case in cases:
        windows = _windows(case)
        before, after = ([next((found[frame, track] for frame in window if (frame, track) in found), None)
                          for track in case.ids] for window in windows)
        if None in before + after:
            outcome = CaseCounts(missed=1)
        else:
            outcome = CaseCounts(kept=1) if before == after else CaseCounts(switched=1)
        around = shown & {(frame, track) for track in case.ids for window in windows for frame in window}
        hits = len(around & found.keys())
        counts[case.kind] = counts.get(case.kind, CaseCounts()) + outcome + CaseCounts(tp=hits, fn=len(around) - hits)
    return counts


def frames_of(cases: Sequence[HardCase]) -> set[int]:
    """Frames in which objects are looked for."""
    return {frame for case in cases for window in _windows(case) for frame in window}


def hard_case_scores(videos: Sequence[Mapping[str, CaseCounts]]) -> dict[str, dict[str, float | int]]:
    """Put the counts of videos together, which are given by kind.

    Returns:
        Scores of all cases as '', and of each kind by its name.
    """
    kinds = sorted({kind for of_video in videos for kind in of_video})
    totals = {kind: reduce(add, (of_video[kind] for of_video in videos if kind in of_video)) for kind in kinds}
    return {'': reduce(add, totals.values(), CaseCounts()).scores(),
            **{kind: counts.scores() for kind, counts in totals.items()}}


def _windows(case: HardCase) -> tuple[range, range]:
    """Frames before and after, the nearest first."""
    before, after = case.frames
    return range(before, before - REACH - 1, -1), range(after, after + REACH + 1)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float('nan')
