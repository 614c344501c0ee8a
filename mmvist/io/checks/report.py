"""What a check of annotations found, as text and as data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mmvist.io.checks.class_lists import class_lists
from mmvist.io.checks.images import check_images
from mmvist.io.checks.oddities import Oddity, find_oddities
from mmvist.io.checks.statistics import Spread, Statistics, count
from mmvist.io.numbered_images import name_images
from mmvist.io.problems import FormatError, Problems
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


def examine(video_set: VideoSet, source: str | Path, format: str, expected: Sequence[str] = (),
            img_prefix: str | Path | None = None, seqmap: str | Path | None = None) -> Report:
    """Count what a set holds and look for oddities.

    Args:
        video_set: The annotations.
        source: Where they were read from.
        format: Their format.
        expected: Classes that must be there, in their order; without them the classes are compared with those of the
            benchmark most like them.
        img_prefix: Root of the images, every one of which must be there; without it none are looked for.
        seqmap: The sequence map that the annotations were read with.
    """
    missing = [name for name in expected if name not in video_set.classes]
    problems = (f'classes: {missing} are not in the file; it has {list(video_set.classes)}',) if missing else ()
    if img_prefix is not None:
        problems += _of_images(video_set, source, format, img_prefix, seqmap)
    return Report(str(source), format, problems, count(video_set),
                  find_oddities(video_set, str(source), class_lists(format, expected)))


def _of_images(video_set: VideoSet, source: str | Path, format: str, img_prefix: str | Path,
               seqmap: str | Path | None) -> tuple[str, ...]:
    problems = Problems(source)
    try:
        check_images(name_images(video_set, img_prefix, format, seqmap), img_prefix, problems, every_image=True)
        problems.check()
    except FormatError as error:
        return error.problems
    return ()


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
