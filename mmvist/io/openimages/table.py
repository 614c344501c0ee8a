"""CSV files with a header."""

import csv
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from mmvist.io.problems import Problems


def read_table(path: Path, columns: tuple[str, ...], problems: Problems) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Place and wanted fields of each line; lines of another length are noted.

    Args:
        path: The file.
        columns: Names of two columns or more; others are passed over.
        problems: Takes what is wrong.

    Raises:
        FileNotFoundError: There is no such file.
    """
    before = len(problems)
    lines = _lines(path, problems)
    header = [name.strip() for name in next(lines, (1, []))[1]]
    if len(problems) > before:
        return
    missing = [name for name in columns if name not in header]
    if missing:
        problems.add(f'{path.name}, line 1',
                     f'columns are missing: {", ".join(missing)}; got {",".join(header)[:120]!r}')
        return
    pick = itemgetter(*map(header.index, columns))
    for number, fields in lines:
        place = f'{path.name}, line {number}'
        if len(fields) == len(header):
            yield place, tuple(map(str.strip, pick(fields)))
        else:
            problems.add(place, f'must have {len(header)} fields, got {len(fields)}')


def read_pairs(path: Path, problems: Problems) -> Iterator[tuple[str, tuple[str, str]]]:
    """Place and fields of each line of a file of two columns without a header."""
    for number, fields in _lines(path, problems):
        place = f'{path.name}, line {number}'
        if len(fields) == 2:
            yield place, (fields[0].strip(), fields[1].strip())
        else:
            problems.add(place, f'must have 2 fields, got {len(fields)}')


def _lines(path: Path, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of each line that is not blank."""
    with open(path, encoding='utf-8-sig', newline='') as file:
        reader = csv.reader(file)
        try:
            for fields in reader:
                if any(map(str.strip, fields)):
                    yield reader.line_num, fields
        except csv.Error as error:
            problems.add(f'{path.name}, line {reader.line_num}', f'not CSV: {error}')
        except UnicodeDecodeError as error:
            problems.add(f'{path.name}, line {reader.line_num + 1} or later', f'not text in UTF-8: {error.reason}')
