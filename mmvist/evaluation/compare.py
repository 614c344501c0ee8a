"""Several results side by side."""

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from mmvist.evaluation.report import UNDEFINED, Grid, Scores, cell, split_name

LOWER_IS_BETTER = ('FAR', 'FP', 'FN', 'IDS', 'Frag', 'ML', 'IDFN', 'IDFP', 'switched', 'missed')
NEITHER_IS_BETTER = ('PT',)
BEST = '*'


def result_names(paths: Sequence[str | Path]) -> list[str]:
    """What to call result files: their names without ending, with as many of the folders above as tell them apart.

    Raises:
        ValueError: A path is given twice.
    """
    places = [PurePath(os.path.abspath(path)) for path in paths]
    twice = [str(place) for place, times in Counter(places).items() if times > 1]
    if twice:
        raise ValueError(f'results must be different files, {", ".join(twice)} is given twice')
    stems = [place.with_suffix('') if os.path.isfile(place) else place for place in places]
    parts = [place.parts for place in (stems if len(set(stems)) == len(stems) else places)]
    depths = [1] * len(parts)
    while True:
        names = ['/'.join(part[-depth:]) for part, depth in zip(parts, depths, strict=True)]
        shared = {name for name, times in Counter(names).items() if times > 1}
        if not shared:
            return names
        depths = [depth + (name in shared) for name, depth in zip(names, depths, strict=True)]


def comparison_grids(results: Mapping[str, Scores]) -> list[Grid]:
    """A grid for every metric, and for each class and video there are scores of.

    A row is a result; below all but the first stands how it differs from the first, shares in points of percent. The
    best value of a column has a star, unless all are equal.

    Args:
        results: Scores by the name of the result.

    Raises:
        ValueError: Two results have different scores.
    """
    first = next(iter(results))
    for name, scores in results.items():
        odd = sorted(scores.keys() ^ results[first].keys())
        if odd:
            raise ValueError(f'{first} and {name} must have the same scores, only one of them has {odd[:5]}')
    columns: dict[tuple[str, str], list[str]] = {}
    for name in results[first]:
        metric, row, _ = split_name(name)
        columns.setdefault((metric, row), []).append(name)
    return [_grid(metric, row, names, results) for (metric, row), names in columns.items()]


def _grid(metric: str, row: str, names: Sequence[str], results: Mapping[str, Scores]) -> Grid:
    best = {name: _best(split_name(name)[2], [scores[name] for scores in results.values()]) for name in names}
    grid = [['/'.join(filter(None, (metric, row))), *(f'{split_name(name)[2]} ' for name in names)]]
    base = next(iter(results.values()))
    for position, (result, scores) in enumerate(results.items()):
        grid.append([result, *(cell(scores[name], metric) + (BEST if scores[name] == best[name] else ' ')
                               for name in names)])
        if position:
            grid.append(['  difference', *(f'{_difference(scores[name], base[name], metric)} ' for name in names)])
    return grid


def _best(score: str, values: Sequence[float | int]) -> float | int | None:
    """The value to be marked, `None` where there is no choice."""
    defined = [value for value in values if math.isfinite(value)]
    if score in NEITHER_IS_BETTER or len(set(defined)) < 2:
        return None
    return min(defined) if score in LOWER_IS_BETTER else max(defined)


def _difference(value: float | int, base: float | int, metric: str) -> str:
    both = math.isfinite(value) and math.isfinite(base)
    return cell(value - base, metric, '+') if both else UNDEFINED
