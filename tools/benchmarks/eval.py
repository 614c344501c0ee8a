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

from benchmarks.eval_sets import FULL, SMALL, Sizes, make_set

from mmvist.evaluation.report import as_markdown
from mmvist.io.progress import progress

ROOT = Path(__file__).parents[2]
ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}
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
        peer_folder: Its set, where that is not ours but so many times shorter as `Sizes.repeats` says.
        same: Whether all its scores must be among ours, and equal.
    """

    what: str
    ours: str
    folder: str
    beside: str
    peer: str
    peer_folder: str | None = None
    same: bool = True


CLEAR, ALL = 'MOTS text: CLEAR', 'MOTS text: CLEAR, IDF1, HOTA'
COMPARISONS = {
    'mots': (
        Comparison(ALL, 'mmvist_mots', 'mots', 'TrackEval', 'trackeval_mots'),
        Comparison(CLEAR, 'mmvist_clear', 'mots', 'mots_tools, written again', 'mots_tools'),
        Comparison(CLEAR, 'mmvist_clear', 'mots', 'pycocotools: every mask parsed once', 'parse_masks', same=False),
        Comparison(CLEAR, 'mmvist_clear', 'mots', 'pycocotools: IoU of all pairs', 'intersect_masks', same=False)),
    'mots_png': (
        Comparison('MOTS, truth as PNG (subset): CLEAR', 'mmvist_clear', 'mots_png', 'mots_tools, written again',
                   'mots_tools'),),
    'ytvis': (
        Comparison('YouTube-VIS: AP, AR', 'mmvist_ytvis', 'ytvis', 'mmdet', 'mmdet_ytvis'),
        Comparison('YouTube-VIS: AP, AR', 'mmvist_ytvis_trackeval', 'ytvis', 'TrackEval', 'trackeval_ytvis')),
    'mot': (Comparison('MOT boxes: CLEAR, IDF1', 'mmvist_mot', 'mot', 'motmetrics', 'motmetrics_mot'),),
    'long': (
        Comparison('MOTS, one long sequence', 'mmvist_mots', 'long/long', 'mmvist, a short one', 'mmvist_mots',
                   'long/short', same=False),),
    'workers': (Comparison(f'{ALL}, 2 workers', 'mmvist_mots_2', 'mots', 'mmvist, 1 worker', 'mmvist_mots'),),
}


def run(only: Sequence[str] | None, data: str | Path, small: bool, rounds: int) -> list[Row]:
    """Measure ours and the other program in turn, `rounds` times, and keep the best run of each.

    Args:
        only: Of `COMPARISONS`; by default all.
        data: Where the sets are, or will be.
        small: Take tiny sets, which show that it works and not how fast.
        rounds: Runs of each program.

    Returns:
        A row per comparison. `s` are seconds of the work, `run_s` with start and imports; `ratio` is the other's time
        by ours, of a frame where the sets differ. Where a program is not installed, `note` says so.
    """
    sizes = SMALL if small else FULL
    wanted = [(name, comparison) for name in only or COMPARISONS for comparison in COMPARISONS[name]]
    for comparison in (comparison for _, comparison in wanted):
        make_set(comparison.folder, data, sizes)
    return [{'row': name, **_compare(comparison, data, sizes, rounds)}
            for name, comparison in progress(wanted, len(wanted), 'measuring')]


def as_table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    header = ['scored', 'beside', 'ours, s', 'other, s', 'ratio', 'run of ours, s', 'of other, s', 'ours, MiB',
              'other, MiB', 'largest difference']
    grid = [header]
    for row in rows:
        cells = [f'{row["ours_s"]:.2f}', f'{row["peer_s"]:.2f}', f'{row["ratio"]:.2f}', f'{row["ours_run_s"]:.2f}',
                 f'{row["peer_run_s"]:.2f}', f'{row["ours_mib"]:.0f}', f'{row["peer_mib"]:.0f}',
                 '' if row['difference'] is None else f'{row["difference"]:.1g} of {row["num_values"]}'
                 ] if 'note' not in row else [row['note'], *[''] * (len(header) - 3)]
        grid.append([row['what'], row['beside'], *cells])
    return as_markdown([grid])


def _compare(comparison: Comparison, data: str | Path, sizes: Sizes, rounds: int) -> Row:
    peer_folder = comparison.peer_folder or comparison.folder
    sides = {'ours': (comparison.ours, make_set(comparison.folder, data, sizes)),
             'peer': (comparison.peer, make_set(peer_folder, data, sizes))}
    runs: dict[str, list[dict]] = {side: [] for side in sides}
    row: Row = {'what': comparison.what, 'beside': comparison.beside}
    for _ in range(rounds):
        for side, (program, folder) in sides.items():
            outcome = _measure(program, folder)
            if 'missing' in outcome:
                return {**row, 'note': f'{outcome["missing"]} is not installed'}
            runs[side].append(outcome)
    best = {side: min(outcomes, key=lambda outcome: outcome['s']) for side, outcomes in runs.items()}
    row |= {f'{side}_{name}': best[side][name] for side in sides for name in ('s', 'cpu_s', 'run_s', 'mib')}
    frames = 1 if comparison.peer_folder is None else sizes.repeats
    row['ratio'] = best['peer']['s'] * frames / best['ours']['s']
    scores = [best[side]['scores'] for side in sides]
    return row | {'difference': largest_difference(*scores) if comparison.same else None,
                  'num_values': len(scores[1]) if comparison.same else 0}


def largest_difference(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """By how much any of their scores differs from ours; two that are undefined are equal.

    Raises:
        ValueError: Ours lack one.
    """
    lacking = sorted(theirs.keys() - ours.keys())
    if lacking:
        raise ValueError(f'scores that only the other program has: {lacking[:5]}')
    return max((math.inf if math.isnan(ours[name]) or math.isnan(value) else abs(ours[name] - value)
                for name, value in theirs.items() if not (math.isnan(ours[name]) and math.isnan(value))), default=0.0)


def _measure(program: str, folder: Path) -> dict:
    """What `eval_peers` prints, and the seconds of the whole run."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
    start = time.perf_counter()
    done = subprocess.run([sys.executable, '-W', 'ignore', Path(__file__).with_name('eval_peers.py'), program, folder],
                          capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': path, **ONE_THREAD})
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f'{program} failed on {folder}:\n{done.stderr[-2000:]}')
    return {**json.loads(done.stdout), 'run_s': seconds}
