"""What the benchmarks' own programs count differently, by the name of the program."""

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Rules:
    """One way to count.

    Attributes:
        included: Whether a likeness of exactly 0.5 is a match.
        keep: Which pairs of other frames an object holds on to: none; those of the previous frame; its last one.
        fragments: What counts as a fragmentation, see `clear`.
        ends_included: Whether a track that is found in exactly 80 % of its frames is mostly tracked.
        undefined: What a share of nothing is: 'infinite' (-inf for accuracies, inf for MOTP), 'zero', as if there were
            one object, or 'nan'.
        count_frames: Whether the frames of a video count for the rate of false alarms where a class has no objects or
            no results in it.
        single_region: Whether a result must lie in one ignore region by more than half, not in all of them together.
        regions_for_all: Whether the ignore regions of a class serve every class.
    """

    included: bool
    keep: Literal['none', 'previous', 'earlier']
    fragments: Literal['mots_tools', 'trackeval', 'motmetrics']
    ends_included: bool
    undefined: Literal['infinite', 'zero', 'nan']
    count_frames: bool
    single_region: bool
    regions_for_all: bool


RULES = {
    # github.com/VisualComputingInstitute/mots_tools: KITTI MOTS and MOTSChallenge.
    'mots_tools': Rules(False, 'none', 'mots_tools', False, 'infinite', True, False, False),
    # github.com/JonathonLuiten/TrackEval: MOTChallenge, and everything else that it reads.
    'trackeval': Rules(True, 'previous', 'trackeval', False, 'zero', False, False, False),
    # github.com/cheind/py-motmetrics, under BDD100K's own program.
    'motmetrics': Rules(True, 'earlier', 'motmetrics', True, 'nan', True, True, True),
}


@dataclass(frozen=True, eq=False)
class TrackRules:
    """One way to match whole tracks for average precision.

    Attributes:
        thresholds: (T,) float64, what an IoU must reach.
        crowds_share: Whether a crowd takes any number of results, not one.
        zero_is_none: Whether a result that finds the object of id 0 counts as one that found nothing.
    """

    thresholds: np.ndarray
    crowds_share: bool
    zero_is_none: bool


# By linspace, as in the official tool: an IoU equal to a threshold reaches it.
THRESHOLDS = np.linspace(0.5, 0.95, 10)
YOUTUBE_VIS = TrackRules(THRESHOLDS, True, False)
TRACK_RULES = {
    # github.com/youtubevos/cocoapi, with its fault: ids are also its marks of what was matched.
    'ytvoseval': TrackRules(THRESHOLDS, True, True),
    # TrackEval's steps add up to 0.8500000000000003 and the like; the last bit is forgiven.
    'trackeval': TrackRules(np.arange(0.5, 0.96, 0.05) - np.finfo(float).eps, False, False),
}


def check_rules(name: str) -> None:
    """Raise ValueError unless there are rules of that name."""
    if name not in RULES and name not in TRACK_RULES:
        raise ValueError(f'unknown rules {name!r}; known: {", ".join({**RULES, **TRACK_RULES})}')
