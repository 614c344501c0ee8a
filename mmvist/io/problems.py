"""All that is wrong with a file, told at once."""

import reprlib
from pathlib import Path
from typing import Any

MAX_PRINTED = 50
MAX_SHOWN = 80  # characters of a value


class FormatError(ValueError):
    """A file, or several that belong together, cannot be used.

    Attributes:
        source: The file or folder.
        problems: One line `place: problem` each, all of them; the message prints the first 50.
    """

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source, self.problems = source, problems
        noun = 'problem' if len(problems) == 1 else 'problems'
        lines = [f'{source}: {len(problems)} {noun}', *(f'  {line}' for line in problems[:MAX_PRINTED])]
        if len(problems) > MAX_PRINTED:
            lines.append(f'  ... and {len(problems) - MAX_PRINTED} more')
        super().__init__('\n'.join(lines))

    def __reduce__(self) -> tuple:
        # An exception is otherwise rebuilt from its message alone, and could not leave a worker process.
        return FormatError, (self.source, self.problems)


class Problems:
    """Collects problems of one source; reading goes on where it can.

    Args:
        source: The file or folder they are found in.
    """

    def __init__(self, source: str | Path) -> None:
        self.source = str(source)
        self._lines: list[str] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, place: str, problem: str) -> None:
        """Note what is wrong at a place."""
        self._lines.append(f'{place}: {problem}')

    def check(self) -> None:
        """Raise `FormatError` when anything was noted."""
        if self._lines:
            raise FormatError(self.source, tuple(self._lines))


def shown(value: Any) -> str:
    """A value of a file, for a message; cut short where it is long, and as quick where it is long or deep."""
    cutter = reprlib.Repr()
    cutter.maxlevel, cutter.maxstring, cutter.maxother = 3, MAX_SHOWN - 20, MAX_SHOWN
    text = cutter.repr(value)
    return text if len(text) <= MAX_SHOWN else f'{text[:MAX_SHOWN - 3]}...'
