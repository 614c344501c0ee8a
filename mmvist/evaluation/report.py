"""Scores as tables and as JSON."""

import math
from collections.abc import Mapping, Sequence

Scores = Mapping[str, float | int]
Grid = list[list[str]]  # rows of cells; the first row names the columns, the first column the rows

PLAIN = ('speed',)  # metrics whose values are no shares
BY_KIND = ('hard',)  # metrics whose rows are no classes
VIDEO = 'video/'  # starts the row of a video
MAX_WIDTH = 120  # characters of a line on the screen
UNDEFINED = '-'


def without_classes(scores: Scores) -> dict[str, float | int]:
    """Leave out the scores of single classes."""
    parts = {name: split_name(name) for name in scores}
    return {name: scores[name] for name, (metric, row, _) in parts.items()
            if row == '' or row.startswith(VIDEO) or metric in BY_KIND}


def text_table(scores: Scores) -> str:
    """Fixed-width tables, one a metric: shares in percent, counts as they are, `-` where undefined."""
    return as_text(score_grids(scores))


def as_json(scores: Scores) -> dict[str, float | int | None]:
    """Flat values for a JSON file: shares as fractions, null where undefined or infinite."""
    return {name: value if math.isfinite(value) else None for name, value in scores.items()}


def score_grids(scores: Scores) -> list[Grid]:
    """A grid for every metric: a row for everything, then one each class and video."""
    metrics: dict[str, dict[str, dict[str, str]]] = {}
    for name, value in scores.items():
        metric, row, score = split_name(name)
        metrics.setdefault(metric, {}).setdefault(row, {})[score] = cell(value, metric)
    grids = []
    for metric, rows in metrics.items():
        columns = list(next(iter(rows.values())))
        grids.append([[metric, *columns], *([row.removeprefix(VIDEO) or 'all', *(cells[column] for column in columns)]
                                            for row, cells in rows.items())])
    return grids


def as_text(grids: Sequence[Grid]) -> str:
    """Aligned tables; a grid too wide for the screen becomes several, each with the names of the rows."""
    return '\n\n'.join(_aligned(part) for grid in grids for part in _parts(grid))


def as_markdown(grids: Sequence[Grid]) -> str:
    """Tables in Markdown."""
    tables = []
    for header, *rows in grids:
        rule = ['---', *['---:'] * (len(header) - 1)]
        escaped = [[text.strip().replace('|', '\\|').replace('*', '\\*') for text in row] for row in (header, *rows)]
        tables.append('\n'.join(f'| {" | ".join(row)} |' for row in (escaped[0], rule, *escaped[1:])) + '\n')
    return '\n'.join(tables)


def split_name(name: str) -> tuple[str, str, str]:
    """Metric, row and score; names of classes and videos may hold slashes themselves."""
    metric, _, rest = name.partition('/')
    row, _, score = rest.rpartition('/')
    return metric, row, score


def cell(value: float | int, metric: str, sign: str = '') -> str:
    """A value as tables have it.

    Args:
        value: Share or count.
        metric: Tells whether a float is a share.
        sign: '+' for a difference.
    """
    if not math.isfinite(value):
        return UNDEFINED
    scaled = value if isinstance(value, int) or metric in PLAIN else 100 * value
    return f'{scaled:{sign}}' if isinstance(value, int) else f'{scaled:{sign}.2f}'


def _widths(grid: Grid) -> list[int]:
    return [max(map(len, column)) for column in zip(*grid, strict=True)]


def _parts(grid: Grid) -> list[Grid]:
    """The grid cut between columns, so that no part is too wide if that can be."""
    first, *widths = _widths(grid)
    parts, used = [[]], first
    for column, width in enumerate(widths, 1):
        if parts[-1] and used + 2 + width > MAX_WIDTH:
            parts.append([])
            used = first
        parts[-1].append(column)
        used += 2 + width
    return [[[row[0], *(row[column] for column in columns)] for row in grid] for columns in parts]


def _aligned(grid: Grid) -> str:
    widths = _widths(grid)
    lines = ['  '.join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in grid]
    return '\n'.join([lines[0], '-' * len(lines[0]), *lines[1:]])
