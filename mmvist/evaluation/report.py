"""Scores as tables and as JSON."""

import math
from collections.abc import Mapping

Scores = Mapping[str, float | int]
PLAIN = ('speed',)  # metrics whose values are no shares
VIDEO = 'video/'  # starts the row of a video


def without_classes(scores: Scores) -> dict[str, float | int]:
    """Leave out the scores of single classes."""
    rows = {name: _split(name)[1] for name in scores}
    return {name: value for name, value in scores.items() if rows[name] == '' or rows[name].startswith(VIDEO)}


def text_table(scores: Scores) -> str:
    """Fixed-width tables, one a metric: shares in percent, counts as they are, `-` where undefined."""
    tables = []
    for header, *rows in _grids(scores):
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        lines = ['  '.join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in (header, *rows)]
        lines.insert(1, '-' * len(lines[0]))
        tables.append('\n'.join(lines))
    return '\n\n'.join(tables)


def markdown_table(scores: Scores) -> str:
    """The same tables in Markdown."""
    tables = []
    for header, *rows in _grids(scores):
        rule = ['---', *['---:'] * (len(header) - 1)]
        escaped = [[cell.replace('|', '\\|') for cell in row] for row in rows]
        tables.append('\n'.join(f'| {" | ".join(row)} |' for row in (header, rule, *escaped)) + '\n')
    return '\n'.join(tables)


def as_json(scores: Scores) -> dict[str, float | int | None]:
    """Flat values for a JSON file: shares as fractions, null where undefined or infinite."""
    return {name: value if math.isfinite(value) else None for name, value in scores.items()}


def _grids(scores: Scores) -> list[list[list[str]]]:
    """A table of text for every metric: a row for everything, then one each class and video."""
    metrics: dict[str, dict[str, dict[str, str]]] = {}
    for name, value in scores.items():
        metric, row, score = _split(name)
        metrics.setdefault(metric, {}).setdefault(row, {})[score] = _cell(value, metric)
    grids = []
    for metric, rows in metrics.items():
        columns = list(next(iter(rows.values())))
        grids.append([[metric, *columns], *([row.removeprefix(VIDEO) or 'all', *(cells[column] for column in columns)]
                                            for row, cells in rows.items())])
    return grids


def _split(name: str) -> tuple[str, str, str]:
    """Metric, row and score; names of classes and videos may hold slashes themselves."""
    metric, _, rest = name.partition('/')
    row, _, score = rest.rpartition('/')
    return metric, row, score


def _cell(value: float | int, metric: str) -> str:
    if not math.isfinite(value):
        return '-'
    return str(value) if isinstance(value, int) else f'{value if metric in PLAIN else 100 * value:.2f}'
