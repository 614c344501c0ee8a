"""The numbers of a MOT file and what is wrong with them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmvist.io.problems import FormatError, Problems
from mmvist.io.text_lines import read_lines

# Two of them still add up to a 32-bit number, which boxes and scores become sooner or later.
LARGEST = float(np.finfo(np.float32).max) / 2
# Whole numbers up to here are exact while they are read as fractions.
LARGEST_ID = 2 ** 53
NUMBER = re.compile(rb'[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?')


@dataclass(frozen=True, eq=False)
class Table:
    """The lines of a file that are numbers.

    Attributes:
        name: The file, for messages.
        values: (R, C) float64, a row a line, C as the first line has it.
        lines: (R,) int64, number of each row's line, from 1.
    """

    name: str
    values: np.ndarray
    lines: np.ndarray

    def note(self, rows: np.ndarray, fault: str | Callable[[np.ndarray], str], problems: Problems) -> None:
        """Note a fault of some rows, given as (R,) bool; the text may depend on the row's numbers."""
        for row in np.flatnonzero(rows).tolist():
            text = fault if isinstance(fault, str) else fault(self.values[row])
            problems.add(f'{self.name}, line {self.lines[row]}', text)

    def select(self, rows: np.ndarray) -> 'Table':
        """Keep some rows, given as (R,) bool or as indices."""
        return Table(self.name, self.values[rows], self.lines[rows])


def read_table(path: Path, name: str, widths: range, problems: Problems) -> Table:
    """Read lines of numbers that commas or blanks separate; lines that are something else are noted and left out.

    Args:
        path: The file.
        name: What to call it in messages.
        widths: Numbers a line may have; all lines have as many.
        problems: Takes what is wrong.
    """
    try:
        lines, numbers = read_lines(path)
    except FormatError as error:
        lines, numbers = [], []
        problems.add(name, error.problems[0])
    if not lines:
        return Table(name, np.zeros((0, widths[-1])), np.zeros(0, np.int64))
    separator = b',' if b',' in lines[0] else None
    width = len(lines[0].split(separator))
    if width not in widths:
        problems.add(f'{name}, line {numbers[0]}', f'must have {widths[0]} to {widths[-1]} columns, got {width}: '
                                                   f'{_shown(lines[0])}')
        return Table(name, np.zeros((0, widths[-1])), np.zeros(0, np.int64))
    try:
        values = np.loadtxt(lines, delimiter=separator and ',', comments=None, ndmin=2)
    except ValueError:
        values = None
    if values is None or values.shape != (len(lines), width) or not (np.abs(values) <= LARGEST).all():
        return _line_by_line(lines, numbers, name, separator, width, problems)
    return Table(name, values, np.array(numbers, np.int64))


def _line_by_line(lines: list[bytes], numbers: list[int], name: str, separator: bytes | None, width: int,
                  problems: Problems) -> Table:
    values, kept = [], []
    for number, line in zip(numbers, lines, strict=True):
        fields = [field.strip() for field in line.split(separator)]
        faulty = next((column for column, field in enumerate(fields, 1)
                       if NUMBER.fullmatch(field) is None or abs(float(field)) > LARGEST), None)
        if len(fields) != width:
            problems.add(f'{name}, line {number}', f'must have {width} columns as line {numbers[0]} has, got '
                                                   f'{len(fields)}: {_shown(line)}')
        elif faulty is not None:
            problems.add(f'{name}, line {number}', f'column {faulty} must be a finite number, got '
                                                   f'{_shown(fields[faulty - 1])}')
        else:
            values.append(list(map(float, fields)))
            kept.append(number)
    return Table(name, np.array(values, np.float64).reshape(-1, width), np.array(kept, np.int64))


def _shown(text: bytes) -> str:
    return repr(text[:60].decode(errors='replace'))


def read_rows(path: Path, name: str, widths: range, last: int, with_ids: bool, problems: Problems) -> Table:
    """Read a file, and check frames, ids and sizes; rows that do not hold are noted and left out.

    Args:
        path: The file.
        name: What to call it in messages.
        widths: Numbers a line may have.
        last: Number of the last frame that is possible.
        with_ids: Whether ids must be whole numbers from 0, each once in a frame.
        problems: Takes what is wrong.
    """
    table = read_table(path, name, widths, problems)
    frames, ids, sizes = table.values[:, 0], table.values[:, 1], table.values[:, 4:6]
    outside = (frames != np.floor(frames)) | (frames < 1) | (frames > last)
    table.note(outside, lambda row: f'frame must be a whole number in 1..{last}, got {row[0]:.9g}', problems)
    negative = (sizes < 0).any(axis=1)
    table.note(negative, lambda row: f'width and height must be 0 or more, got {row[4]:.9g} and {row[5]:.9g}', problems)
    nameless = np.zeros(len(ids), bool)
    if with_ids:
        nameless = (ids != np.floor(ids)) | (ids < 0) | (ids > LARGEST_ID)
        table.note(nameless, lambda row: f'id must be a whole number in 0..{LARGEST_ID}, got {row[1]:.20g}', problems)
    table = table.select(~(outside | negative | nameless))
    if with_ids:
        _check_twice(table, problems)
    return table


def _check_twice(table: Table, problems: Problems) -> None:
    order = np.lexsort((table.values[:, 1], table.values[:, 0]))
    pairs = table.values[order, :2]
    again = np.zeros(len(order), bool)
    again[order[1:]] = (pairs[1:] == pairs[:-1]).all(axis=1)
    table.note(again, lambda row: f'id {row[1]:.0f} occurs twice in frame {row[0]:.0f}', problems)


def frames_of(table: Table) -> np.ndarray:
    """(R,) int64, frames counted from 0."""
    return table.values[:, 0].astype(np.int64) - 1


def bboxes_of(table: Table) -> np.ndarray:
    """(R, 4) float64, xyxy."""
    x, y, width, height = table.values[:, 2:6].T
    return np.stack([x, y, x + width, y + height], axis=1)
