"""The moments of videos that are hard for a tracker, as a file lists them.

```
{video name: [{"kind": text, "ids": [1, 2], "frames": [last before, first after]}, ...], ...}
```
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmvist.io.json_file import read_json, write_json
from mmvist.io.json_tables import is_text, is_whole, usable
from mmvist.io.problems import FormatError, Problems, shown
from mmvist.structures import VideoSet, VideoTracks


@dataclass(frozen=True)
class HardCase:
    """One hard moment.

    Attributes:
        kind: What happens, in a word; cases are scored by it.
        ids: Whom it happens to: one track, or several that meet.
        frames: Last frame before it and first frame after it; all `ids` are visible in both.
    """

    kind: str
    ids: tuple[int, ...]
    frames: tuple[int, int]


@dataclass(frozen=True, eq=False)
class HardCases:
    """The hard moments of a file, which may list more videos than are scored.

    Attributes:
        source: The file.
        videos: Cases by the name of the video.
    """

    source: str
    videos: Mapping[str, tuple[HardCase, ...]]

    def of(self, ground_truth: VideoTracks) -> tuple[HardCase, ...]:
        """The cases of one video; none when the file does not list it.

        Raises:
            FormatError: An id is no object of the video, or is not visible in a frame in which it has to be.
        """
        video, problems = ground_truth.video, Problems(self.source)
        cases = self.videos.get(video.name, ())
        objects = ground_truth.select(~ground_truth.ignore)
        ids = set(objects.ids.tolist())
        visible = set(zip(objects.frames.tolist(), objects.ids.tolist(), strict=True))
        for index, case in enumerate(cases):
            place = f'{_place(video.name, index)}, {case.kind}'
            if case.frames[1] >= video.length:
                problems.add(place, f'frames must lie in 0..{video.length - 1}, got {list(case.frames)}')
                continue
            for track in case.ids:
                hidden = [str(frame) for frame in case.frames if (frame, track) not in visible]
                if track not in ids:
                    problems.add(place, f'id {track} is not in the ground truth')
                elif hidden:
                    problems.add(place, f'id {track} is not visible in frame {" and ".join(hidden)}')
        problems.check()
        return cases

    def check(self, ground_truth: VideoSet) -> None:
        """Raise FormatError when there is no case of any of the videos, or one that does not fit; see `of`."""
        if sum(len(self.of(tracks)) for tracks in ground_truth.videos) == 0:
            raise self.nothing_to_score()

    def among(self, ground_truth: VideoSet) -> 'HardCases':
        """The cases whose objects all are in the ground truth, from which some classes may have been left out."""
        known = {tracks.video.name: set(tracks.ids[~tracks.ignore].tolist()) for tracks in ground_truth.videos}
        return HardCases(self.source, {
            name: tuple(case for case in cases if name not in known or known[name].issuperset(case.ids))
            for name, cases in self.videos.items()})

    def nothing_to_score(self) -> FormatError:
        """The error for a file that has no case of any video that is scored."""
        return FormatError(self.source, (f'file: lists no case of a scored video; its videos are '
                                         f'{shown(list(self.videos))}',))


def read_hard_cases(path: str | Path) -> HardCases:
    """Read a file of hard cases.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: It holds something else.
    """
    data, problems = read_json(path), Problems(path)
    if not isinstance(data, dict):
        raise FormatError(str(path), (f'file: must hold an object with a list of cases for each video, '
                                      f'got {type(data).__name__}',))
    videos = {}
    for name, rows in data.items():
        if isinstance(rows, list):
            videos[name] = tuple(_cases(name, rows, problems))
        else:
            problems.add(f'video {name}', f'must be a list of cases, got {type(rows).__name__}')
    problems.check()
    return HardCases(str(path), videos)


def write_hard_cases(videos: Mapping[str, tuple[HardCase, ...]], path: str | Path) -> None:
    """Write the cases of each video, by its name."""
    write_json({name: [asdict(case) for case in cases] for name, cases in videos.items()}, path)


def _place(video: str, index: int) -> str:
    return f'video {video}[{index}]'


def _cases(video: str, rows: list, problems: Problems) -> Iterator[HardCase]:
    """The usable cases of a video; what is wrong with the others is noted."""
    for place, row in usable(rows, f'video {video}', problems, ('kind', 'ids', 'frames')):
        kind, ids, frames = row['kind'], row['ids'], row['frames']
        # Scores are named by kind, with slashes between the parts of a name.
        if not is_text(kind) or not kind or '/' in kind:
            problems.add(place, f'kind must be a word without "/", got {shown(kind)}')
        elif not _are_whole(ids) or not ids or len(set(ids)) < len(ids):
            problems.add(place, f'ids must be a list of different ids, got {shown(ids)}')
        elif not _are_whole(frames) or len(frames) != 2 or frames[0] >= frames[1]:
            problems.add(place, f'frames must be the last one before and the first one after, got {shown(frames)}')
        else:
            yield HardCase(kind, tuple(ids), tuple(frames))


def _are_whole(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_whole, value))
