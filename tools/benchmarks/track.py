"""Association beside other programs: the same detections, turn by turn, in one process with one thread."""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.track_scenes import Scene, make_scene

from mmvist.evaluation.report import as_markdown
from mmvist.io.progress import progress

OURS = 'mmvist'
# Base configs of trackers, and the programs of `track_peers` that stand beside them.
METHODS: dict[str, tuple[str, ...]] = {
    'iou': (), 'iou_plus': (), 'mask_iou': (), 'masktrack': ('mmdet',),
    'sort': ('plain NumPy', 'plain Python', 'mmdet', 'trackers', 'motpy'),
    'bytetrack': ('mmdet', 'trackers'), 'oc_sort': ('mmdet', 'trackers'), 'deepsort': ('mmdet',),
}
FULL, SMALL = ((20, 100, 300), 100), ((4, 8), 12)   # objects, and frames
Row = dict[str, str | float | int]
Named = list[dict[int, int]]    # for each frame, ids by detection


def run(only: Sequence[str] | None, small: bool, rounds: int) -> list[Row]:
    """Track the same videos with ours and others in turn, `rounds` times, and keep the best round of each.

    Args:
        only: Of `METHODS`; by default all.
        small: Take tiny videos, which show that it works and not how fast.
        rounds: Runs of each program.

    Returns:
        A row for each method, number of objects and program. `ms` are milliseconds of the processor for a frame,
        `ratio` those of the other program by ours, `tracks` the ids given. Of the `named` detections that both give an
        id, `same` is the share that both continue from the same detection. Where a program is not installed, `note`
        says so.
    """
    torch = importlib.import_module('torch')    # not before it is needed
    sizes, num_frames = SMALL if small else FULL
    wanted = [(method, size) for method in only or METHODS for size in sizes]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            return [row for method, size in progress(wanted, len(wanted), 'measuring')
                    for row in _compare(method, make_scene(size, num_frames), size, rounds)]
    finally:
        torch.set_num_threads(threads)


def as_table(rows: Sequence[Row]) -> str:
    """The rows in Markdown: ours, then the others beside them."""
    sizes = list(dict.fromkeys(row['objects'] for row in rows))
    growth = f'{sizes[-1]} by {sizes[0]} objects'
    ours = [['ours', *(f'{size} objects, ms' for size in sizes), growth, *(f'tracks of {size}' for size in sizes)]]
    others = [['ours', 'beside', *(f'ratio, {size} objects' for size in sizes), growth,
               *(f'same, {size} objects' for size in sizes)]]
    for method, name in dict.fromkeys((row['method'], row['program']) for row in rows):
        some = [row for row in rows if (row['method'], row['program']) == (method, name)]
        grows = f'{some[-1]["ms"] / some[0]["ms"]:.1f}' if 'ms' in some[0] else ''
        if name == OURS:
            ours.append([method, *(f'{row["ms"]:.2f}' for row in some), grows, *(str(row['tracks']) for row in some)])
        elif 'note' in some[0]:
            others.append([method, name, some[0]['note'], *[''] * (2 * len(sizes))])
        else:
            others.append([method, name, *(f'{row["ratio"]:.1f}' for row in some), grows,
                           *(f'{row["same"]:.2%} of {row["named"]}' if row['named'] else '' for row in some)])
    return as_markdown([grid for grid in (ours, others) if len(grid) > 1])


def agreement(first: Named, second: Named) -> tuple[float, int]:
    """Whether two programs join the same detections, whatever they call the tracks.

    Returns:
        Of the detections that both name, the share which both continue from the same one of these, or both from none;
        and their number.
    """
    both = [(frame, row) for frame, (one, other) in enumerate(zip(first, second, strict=True))
            for row in sorted(one.keys() & other.keys())]
    joined = [_sources(named, both) for named in (first, second)]
    equal = sum(one == other for one, other in zip(*joined, strict=True))
    return equal / max(len(both), 1), len(both)


def _sources(named: Named, detections: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """For each of some detections the one before it in its track."""
    last: dict[int, tuple[int, int]] = {}
    sources = []
    for frame, row in detections:
        sources.append(last.get(named[frame][row]))
        last[named[frame][row]] = frame, row
    return sources


def _compare(method: str, scene: Scene, size: int, rounds: int) -> list[Row]:
    peers = importlib.import_module('benchmarks.track_peers')
    rows: Mapping[str, Row] = {name: {'method': method, 'objects': size, 'program': name}
                               for name in (OURS, *METHODS[method])}
    found: dict[str, Named] = {}
    for _ in range(rounds):
        for name, row in rows.items():
            try:
                seconds, found[name] = _measure(peers.program(name, method), scene)
            except ModuleNotFoundError as error:
                row['note'] = f'{error.name} is not installed'
                continue
            row['ms'] = min(row.get('ms', float('inf')), 1000 * seconds / len(scene.frames))
    for name, named in found.items():
        rows[name]['tracks'] = len({track for ids in named for track in ids.values()})
        if name != OURS:
            rows[name]['ratio'] = rows[name]['ms'] / rows[OURS]['ms']
            rows[name]['same'], rows[name]['named'] = agreement(found[OURS], named)
    return list(rows.values())


def _measure(make: Callable[[Scene], Any], scene: Scene) -> tuple[float, Named]:
    """Seconds of the processor for all frames, and what came of them."""
    program = make(scene)
    # With one thread it is what the clock shows, less what other processes took.
    start = time.process_time()
    outputs = [program.step(inputs) for inputs in program.inputs]
    seconds = time.process_time() - start
    return seconds, [program.named(found, output) for found, output in zip(scene.frames, outputs, strict=True)]
