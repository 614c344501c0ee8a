"""The log of a search: what was searched, and a line for every trial that is done."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmvist.io.json_file import read_json, write_json
from mmvist.io.json_tables import check_keys, is_number, is_whole
from mmvist.io.problems import FormatError, shown

SEARCH, TRIALS = 'search.json', 'trials.jsonl'
BLOCK = 1 << 20


@dataclass(frozen=True)
class Trial:
    """One tracker that was tried.

    Attributes:
        index: Its number, from 0.
        values: Its values by key.
        score: What it came to; `None` where that is not a number.
        seconds: How long it took.
    """

    index: int
    values: Mapping[str, Any]
    score: float | None
    seconds: float

    @property
    def rank(self) -> tuple[float, int]:
        """The better trial has the greater rank; on a tie the earlier one is better."""
        return -math.inf if self.score is None else self.score, -self.index


class TrialLog:
    """A folder with `search.json`, what is searched, and `trials.jsonl`, a line a trial in the order they ended.

    A line that was not written to its end, as when the program was killed, is taken away.

    Args:
        folder: Made when missing.
        search: What makes two searches the same, as JSON has it.

    Attributes:
        trials: Those that are done, by index.

    Raises:
        ValueError: The folder is of another search.
        FormatError: A file in it is broken.
    """

    def __init__(self, folder: str | Path, search: Mapping[str, Any]) -> None:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / TRIALS
        # As it will be read again: without tuples.
        search = json.loads(json.dumps(search))
        if (folder / SEARCH).exists():
            _check_same(read_json(folder / SEARCH), search, folder)
        elif self._path.exists():
            raise ValueError(f'{folder}: has {TRIALS}, but no {SEARCH} that tells what they are trials of')
        else:
            write_json(search, folder / SEARCH)
        self.trials = {trial.index: trial for trial in _read(self._path)}

    def append(self, trial: Trial) -> None:
        """Note a trial that is done; it is on disk when this returns."""
        with self._path.open('a', encoding='utf-8') as file:
            file.write(json.dumps(asdict(trial), allow_nan=False) + '\n')
        self.trials[trial.index] = trial

    @property
    def best(self) -> Trial:
        """The trial with the highest score, the first of several.

        Raises:
            ValueError: No trial has a score.
        """
        best = max(self.trials.values(), key=lambda trial: trial.rank, default=None)
        if best is None or best.score is None:
            raise ValueError(f'{self._path}: none of {len(self.trials)} trials has a score that is a number')
        return best


def fingerprint(path: str | Path) -> str:
    """What tells a file, or all files of a folder, from others: SHA-256 of names and contents."""
    path = Path(path)
    digest = hashlib.sha256()
    for file in sorted(path.rglob('*')) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.relative_to(path).as_posix().encode())
            with file.open('rb') as content:
                while block := content.read(BLOCK):
                    digest.update(block)
    return digest.hexdigest()


def _check_same(begun: Any, search: Mapping[str, Any], folder: Path) -> None:
    if not isinstance(begun, dict):
        raise FormatError(str(folder / SEARCH), (f'file: must be an object, got {shown(begun)}',))
    for key in dict.fromkeys([*search, *begun]):
        if begun.get(key) != search.get(key):
            raise ValueError(f'{folder}: holds another search, whose {key} is {shown(begun.get(key))}; now it is '
                             f'{shown(search.get(key))}; name another folder')


def _read(path: Path) -> list[Trial]:
    """The trials of a log, in which a last line without an end is cut off."""
    if not path.exists():
        return []
    text = path.read_bytes()
    whole = text[:text.rfind(b'\n') + 1]
    if len(whole) < len(text):
        with path.open('r+b') as file:
            file.truncate(len(whole))
    trials, problems = [], []
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            trials.append(_trial(json.loads(line)))
        except ValueError as error:
            problems.append(f'line {number}: {error}')
    if problems:
        raise FormatError(str(path), tuple(problems))
    return trials


def _trial(entry: Any) -> Trial:
    check_keys(entry, 'index', 'values', 'score', 'seconds')
    trial = Trial(*(entry[key] for key in ('index', 'values', 'score', 'seconds')))
    right = (is_whole(trial.index) and isinstance(trial.values, dict) and is_number(trial.seconds)
             and (trial.score is None or is_number(trial.score)))
    if not right:
        raise ValueError(f'must hold index, values, score and seconds, got {shown(entry)}')
    return trial
