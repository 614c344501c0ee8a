"""What a check of annotations found, as text and as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mmvist.io.checks.oddities import Oddity, find_oddities
from mmvist.io.checks.statistics import Spread, Statistics, count
from mmvist.structures import VideoSet

MAX_PRINTED = 50
MAX_PLACES = 5  # printed of an oddity
MAX_SIZES = 3


@dataclass(frozen=True)
class Report:
    """What was found.

    Attributes:
        source: The file or folder.
        format: Its format.
        problems: What keeps it from being used, one line `place: problem` each.
        statistics: What it holds; `None` where it cannot be read.
        oddities: What can be lived with.
    """

    source: str
    format: str
    problems: tuple[str, ...] = ()
    statistics: Statistics | None = None
    oddities: tuple[Oddity, ...] = ()

    def as_data(self) -> dict:
        """For JSON, with all problems and all places."""
        return asdict(self)

    def as_text(self) -> str:
        """For people: problems, numbers, oddities, the first of each where there are many."""
        lines = [f'{self.source}: {self.format}']
        if self.problems:
            lines += ['', f'broken: {_counted(self.problems, "problem")}', *_first(self.problems, MAX_PRINTED, '  ')]
        if self.statistics is not None:
            lines += ['', *_table(list(_facts(self.statistics))), '', *_class_table(self.statistics), '']
            lines += [f'odd: {_counted(self.oddities, "thing")}' if self.oddities else 'nothing odd']
            for oddity in self.oddities:
                lines += [f'  {oddity.what}', *_first(oddity.places, MAX_PLACES, '    ')]
        return '\n'.join(lines)


def examine(video_set: VideoSet, source: str | Path, format: str, class_lists: Mapping[str, Sequence[str]],
            expected: Sequence[str] = ()) -> Report:
    """Count what a set holds and look for oddities.

    Args:
        video_set: The annotations.
        source: Where they were read from.
        format: Their format.
        class_lists: See `find_oddities`.
        expected: Classes that must be there.
    """
    missing = [name for name in expected if name not in video_set.classes]
    problems = (f'classes: {missing} are not in the file; it has {list(video_set.classes)}',) if missing else ()
    return Report(str(source), format, problems, count(video_set), find_oddities(video_set, str(source), class_lists))


def _counted(things: Sequence, noun: str) -> str:
    return f'{len(things)} {noun}{"s" * (len(things) != 1)}'


def _first(lines: Sequence[str], limit: int, indent: str) -> list[str]:
    more = [f'{indent}... and {len(lines) - limit} more'] if len(lines) > limit else []
    return [*(f'{indent}{line}' for line in lines[:limit]), *more]


def _facts(numbers: Statistics) -> Iterator[tuple[str, str]]:
    sizes = [f'{size} ({times})' for size, times in numbers.sizes.items()]
    more = f' and {len(sizes) - MAX_SIZES} more' if len(sizes) > MAX_SIZES else ''
    yield 'videos', f'{numbers.videos}, {numbers.empty_videos} without objects'
    yield 'frames', f'{numbers.frames}, {numbers.empty_frames} without objects'
    yield 'frames a video', _spread(numbers.video_lengths)
    yield 'sizes (videos)', ', '.join(sizes[:MAX_SIZES]) + more or '-'
    yield 'tracks', str(numbers.tracks)
    yield 'frames a track', _spread(numbers.track_lengths)
    yield 'gaps', (f'{numbers.gaps} in {numbers.tracks_with_gaps} tracks, the longest of {numbers.longest_gap} frames'
                   if numbers.gaps else 'none')
    yield 'instances', f'{numbers.instances}, {numbers.masks} with masks'
    yield 'ignore rows', str(numbers.ignore_rows)


def _spread(spread: Spread | None) -> str:
    return '-' if spread is None else f'{spread.min} to {spread.max}, median {spread.median:g}'


def _class_table(numbers: Statistics) -> list[str]:
    rows = [(one.name, str(one.videos), str(one.tracks), str(one.instances)) for one in numbers.classes]
    return _table([('class', 'videos', 'tracks', 'instances'), *rows])


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ['  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
