"""Rows that grow with a video and are never modified."""

from collections.abc import Callable, Sized
from typing import TypeVar

Rows = TypeVar('Rows', bound=Sized)


def append(portions: tuple[Rows, ...], rows: Rows, join: Callable[[Rows, Rows], Rows]) -> tuple[Rows, ...]:
    """Add rows at the end, joined with those portions before them that are no longer.

    Portions shrink by half or more, so that there are few of them and each row is copied a few times at most.

    Args:
        portions: What there is.
        rows: What comes after; nothing is added where it is empty.
        join: Puts one portion after another.
    """
    if len(rows) == 0:
        return portions
    while portions and len(portions[-1]) <= len(rows):
        rows, portions = join(portions[-1], rows), portions[:-1]
    return (*portions, rows)
