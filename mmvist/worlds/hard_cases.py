"""Find, in what was rendered, the moments that are hard for a tracker."""

from itertools import combinations

import numpy as np

from mmvist.io.hard_cases import HardCase

OCCLUSION = 'full_occlusion_and_return'
LOOK_ALIKES = 'look_alikes_cross'
REENTRY = 'leave_and_reenter'
DIFFERENT_LOOKS = 'different_looks_cross'
# A world can be asked for these; the other comes about by itself, often enough.
STAGED_KINDS = (OCCLUSION, LOOK_ALIKES, REENTRY)
KINDS = (*STAGED_KINDS, DIFFERENT_LOOKS)


def find_hard_cases(visible: np.ndarray, inside: np.ndarray, bboxes: np.ndarray, groups: list[tuple[int, int]]
                    ) -> list[HardCase]:
    """Derive the hard cases of a video.

    Args:
        visible: (T, K) bool, whether object k + 1 has a mask.
        inside: (T, K) bool, whether its outline reaches into the image, hidden or not.
        bboxes: (T, K, 4) xyxy of the masks; not read where there is none.
        groups: K (class, looks) pairs; objects with equal pairs look alike.

    Returns:
        Hard cases, of `KINDS`, sorted by first frame, kind and ids.
    """
    cases = []
    for column in range(visible.shape[1]):
        cases += _gaps(visible[:, column], inside[:, column], column + 1)
    for first, second in combinations(range(visible.shape[1]), 2):
        if groups[first][0] == groups[second][0]:
            kind = LOOK_ALIKES if groups[first] == groups[second] else DIFFERENT_LOOKS
            cases += _crossings(visible[:, [first, second]], bboxes[:, [first, second]], (first + 1, second + 1), kind)
    return sorted(cases, key=lambda case: (case.frames, case.kind, case.ids))


def _gaps(visible: np.ndarray, inside: np.ndarray, track_id: int) -> list[HardCase]:
    seen = np.flatnonzero(visible)
    cases = []
    for before, after in zip(seen[:-1].tolist(), seen[1:].tolist(), strict=True):
        if after - before > 1:
            # Whoever was out of the image at any moment of the gap could have come back as somebody else.
            hidden = inside[before + 1:after].all()
            cases.append(HardCase(OCCLUSION if hidden else REENTRY, (track_id,), (before, after)))
    return cases


def _crossings(visible: np.ndarray, bboxes: np.ndarray, ids: tuple[int, int], kind: str) -> list[HardCase]:
    """Two of one class change sides while their boxes meet, or while one hides the other."""
    both = np.flatnonzero(visible.all(axis=1))
    centres = (bboxes[..., 0] + bboxes[..., 2]) / 2
    order = np.sign(centres[both, 0] - centres[both, 1])
    apart = [_gap(bboxes[frame]) > 0 for frame in both]
    cases = []
    clear = [place for place, free in enumerate(apart) if free and order[place] != 0]
    for before, after in zip(clear[:-1], clear[1:], strict=True):
        first, last = int(both[before]), int(both[after])
        # Neighbouring frames in which they stand apart on swapped sides would be a jump, not a meeting.
        if order[before] != order[after] and last - first > 1:
            cases.append(HardCase(kind, ids, (first, last)))
    return cases


def _gap(pair: np.ndarray) -> float:
    """Horizontal pixels between two boxes (2, 4), negative where they overlap."""
    return float(pair[:, 0].max() - pair[:, 2].min())
