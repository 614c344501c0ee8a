"""Scoring of result files beside other programs: the same files, turn by turn, each run in a process of its own."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.eval_sets import FULL, SMALL, make_set
from mmvist.evaluation.report import as_markdown
from mmvist.io.progress import progress

ROOT = Path(__file__).parents[2]
Row = dict[str, str | float | int | None]


@dataclass(frozen=True)
class Comparison:
    """Ours and another program.

    Attributes:
        what: What is scored.
        ours: Of `eval_peers.PROGRAMS`.
        folder: The set, or a part of it.
        beside: The other, as the table calls it.
        peer: Of `eval_peers.PROGRAMS`.
        peer_folder: Its set, where that is another one; the ratio is then that of the seconds a frame.
    """

    what: str
    ours: str
    folder: str
    beside: str
    peer: str
    peer_folder: str | None = None


MOTS, MOTS_CLEAR, PNG = 'MOTS text: CLEAR, IDF1, HOTA', 'MOTS text: CLEAR', 'MOTS, truth as PNG, three sequences: CLEAR'
COMPARISONS = {
    'mots': (Comparison(MOTS, 'mmvist_mots', 'mots', 'TrackEval', 'trackeval_mots'),
             Comparison(MOTS_CLEAR, 'mmvist_clear', 'mots', 'mots_tools, written again', 'mots_tools'),
             Comparison(MOTS_CLEAR, 'mmvist_clear', 'mots', 'pycocotools: each mask parsed once', 'parse_masks'),
             Comparison(MOTS_CLEAR, 'mmvist_clear', 'mots', 'pycocotools: IoU of all pairs', 'intersect_masks')),
    'mots_png': (Comparison(PNG, 'mmvist_clear', 'mots_png', 'mots_tools, written again', 'mots_tools'),),
    'ytvis': (Comparison('YouTube-VIS: AP, AR', 'mmvist_ytvis', 'ytvis', 'mmdet', 'mmdet_ytvis'),
              Comparison('YouTube-VIS: AP, AR', 'mmvist_ytvis_trackeval', 'ytvis', 'TrackEval', 'trackeval_ytvis')),
    'mot': (Comparison('MOT boxes: CLEAR, IDF1', 'mmvist_mot', 'mot', 'motmetrics', 'motmetrics_mot'),),
    'long': (Comparison('one long sequence: CLEAR, IDF1, HOTA', 'mmvist_mots', 'long/long', 'mmvist, a short one',
                        'mmvist_mots', 'long/short'),),
    'workers': (Comparison(f'{MOTS}, 2 workers', 'mmvist_mots_2', 'mots', 'mmvist, 1 worker', 'mmvist_mots'),),
}


def run(only: Sequence[str] | None, data: str | Path, small: bool, rounds: int) -> list[Row]:
    """Measure ours and the other program in turn, `rounds` times, and keep the best run of each.

    Args:
        only: Of `COMPARISONS`; by default all.
        data: Where the sets are, or will be.
        small: Tiny sets, which show that it works and not how fast.
        rounds: Runs of each program.

    Returns:
        A row per comparison. Seconds are those of the work; `run_s` has the start of the process and all imports, too.
        `ratio` is the other's seconds by ours. A program that is not installed leaves a `note`.
    """
    wanted = [(name, comparison) for name in only or COMPARISONS for comparison in COMPARISONS[name]]
    return [{'row': name, **_compare(comparison, make_set(comparison.folder.split('/')[0], data, SMALL if small else FULL)
                                     .parent, rounds)}
            for name, comparison in progress(wanted, len(wanted), 'measuring')]
