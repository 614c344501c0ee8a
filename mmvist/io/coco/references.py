"""Entries of a table that others refer to by id."""

from collections.abc import Mapping
from typing import Any


class References:
    """What ids stand for, and which ids have an entry that was found broken before.

    Args:
        usable: Id -> what it stands for.
        table: The table as the file has it, if there is one.
    """

    def __init__(self, usable: Mapping, table: Any = ()) -> None:
        self._usable = usable
        self._is_missing = not isinstance(table, list | tuple)
        ids = [entry.get('id') for entry in (() if self._is_missing else table) if isinstance(entry, dict)]
        self._stated = {value for value in ids if type(value) in (int, str)}

    def find(self, value: Any) -> Any:
        """What an id stands for, `None` if it is unknown."""
        return self._usable.get(value) if type(value) in (int, str) else None

    def was_noted(self, value: Any) -> bool:
        """Whether an id is unknown only because its entry, or the table, is broken."""
        return self._is_missing or (type(value) in (int, str) and value in self._stated)
