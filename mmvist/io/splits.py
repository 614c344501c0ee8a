"""Lists of videos: which of a file's videos are trained on, and which are held out to score."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmvist.io.atomic import open_atomic
from mmvist.io.problems import FormatError, Problems
from mmvist.io.text_lines import read_lines
from mmvist.structures import Video, VideoSet, VideoTracks

COMMENT = '#'
EXCEPT = '!'


def read_split(path: str | Path) -> tuple[str, ...]:
    """Read a list: the id or name of a video on each line, or `!` and the id or name of one to leave out.

    A list either names the videos that are used or, with `!` on every line, those that are not. What is both the id of
    a video and the name of another is the id. `#` begins a comment where it begins a line or follows a blank.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: A name occurs twice, some lines but not all begin with `!`, or there are none.
    """
    return tuple(_lines(path))


def select_videos(video_set: VideoSet, names: Iterable[str]) -> VideoSet:
    """Keep the videos that are named, or those that `!` does not name, in the set's order.

    Args:
        video_set: The videos.
        names: As from `read_split`.

    Raises:
        FormatError: A name is that of no video, of several, or of one that was named before.
    """
    return _selected(video_set, {name: f'name {position}' for position, name in enumerate(names, 1)}, 'split')


def apply_split(video_set: VideoSet, path: str | Path) -> VideoSet:
    """`select_videos` of the list in a file; what is wrong is told with its line.

    Raises:
        FileNotFoundError: There is no such file.
        FormatError: See `read_split` and `select_videos`.
    """
    return _selected(video_set, {name: f'line {line}' for name, line in _lines(path).items()}, path)


def random_split(video_set: VideoSet, held_out: int | float, seed: int = 0, same_size: bool = False,
                 min_length: int = 1, num_kept: int | None = None) -> tuple[list[str], list[str]]:
    """Draw the videos to hold out.

    A video's place in the draw depends on the seed and its id alone, so that the same ids give the same lists
    whatever the order of the file, the version of numpy, or the machine.

    Args:
        video_set: The videos to draw from.
        held_out: How many to hold out; a share of the videos where it lies between 0 and 1, rounded to at least one.
        seed: Another seed, other lists.
        same_size: Draw from the videos of the commonest frame size alone, the larger one on a tie.
        min_length: Draw from videos with at least so many frames.
        num_kept: How many to keep of the rest; all by default.

    Returns:
        Ids of the videos to keep and of those held out, each in the set's order.

    Raises:
        ValueError: There are too few videos.
    """
    videos = [tracks.video for tracks in video_set.videos if tracks.video.length >= min_length]
    if same_size and videos:
        sizes = Counter((video.height, video.width) for video in videos)
        commonest = max(sizes, key=lambda size: (sizes[size], size[0] * size[1], size))
        videos = [video for video in videos if (video.height, video.width) == commonest]
    is_share = isinstance(held_out, float)
    if not (0 < held_out < 1 if is_share else held_out >= 1):
        raise ValueError(f'held_out must be a count from 1 or a share between 0 and 1, got {held_out}')
    num_held_out = max(round(held_out * len(videos)), 1) if is_share else held_out
    num_drawn = len(videos) if num_kept is None else num_held_out + num_kept
    if num_drawn > len(videos) or num_drawn <= num_held_out:
        raise ValueError(f'{num_held_out} videos to hold out and {"some" if num_kept is None else num_kept} to keep '
                         f'are wanted, {len(videos)} of {len(video_set.videos)} can be drawn')
    order = sorted(videos, key=lambda video: hashlib.sha256(f'{seed}:{video.id}'.encode()).digest())[:num_drawn]
    held, kept = ({video.id for video in part} for part in (order[:num_held_out], order[num_held_out:]))
    return ([str(video.id) for video in videos if video.id in kept],
            [str(video.id) for video in videos if video.id in held])


def write_split(names: Sequence[str], path: str | Path, comment: str = '') -> None:
    """Write a list that `read_split` reads.

    Args:
        names: Ids or names of videos; with `!` before each, of those to leave out.
        path: The file.
        comment: What the list is and how it was made; stands at its head.

    Raises:
        ValueError: A name cannot stand on a line.
    """
    for name in names:
        has_comment = name.startswith(COMMENT) or f' {COMMENT}' in name
        if name in ('', EXCEPT) or name != name.strip() or not name.isprintable() or has_comment:
            raise ValueError(f'{path}: {name!r} cannot stand on a line of a split')
    with open_atomic(path) as file:
        file.writelines(f'{COMMENT} {line}\n' for line in comment.splitlines())
        file.writelines(f'{name}\n' for name in names)


def _lines(path: str | Path) -> dict[str, int]:
    """Number of the line of every name, in the file's order."""
    problems, names = Problems(path), {}
    for line, number in zip(*read_lines(path), strict=True):
        try:
            text = line.decode('utf-8')
        except UnicodeDecodeError:
            problems.add(f'line {number}', 'must be text in UTF-8')
            continue
        name = '' if text.startswith(COMMENT) else text.partition(f' {COMMENT}')[0].rstrip()
        if name in names:
            problems.add(f'line {number}', f'{name!r} is on line {names[name]}, too')
        elif name == EXCEPT:
            problems.add(f'line {number}', f'{EXCEPT} must stand before an id or name')
        elif name:
            names[name] = number
    if len({name.startswith(EXCEPT) for name in names}) > 1:
        odd = next(name for name in names if name.startswith(EXCEPT) != next(iter(names)).startswith(EXCEPT))
        problems.add(f'line {names[odd]}', f'{odd!r}: either all lines begin with {EXCEPT} or none')
    if not names and not len(problems):
        problems.add('file', 'names no video')
    problems.check()
    return names


def _selected(video_set: VideoSet, places: Mapping[str, str], source: str | Path) -> VideoSet:
    problems = Problems(source)
    if len({name.startswith(EXCEPT) for name in places}) != 1:
        raise FormatError(str(source), (f'names: some are needed, all or none of them with {EXCEPT}, got '
                                        f'{list(places)[:10]}',))
    known = _positions([tracks.video for tracks in video_set.videos])
    chosen: dict[int, str] = {}
    for name, place in places.items():
        found = known.get(name.removeprefix(EXCEPT), [])
        if len(found) != 1:
            problems.add(place, f'no video has the id or name {name!r}; there are {_some(video_set)}' if not found
                         else f'{len(found)} videos have the name {name!r}')
            continue
        (position,) = found
        if position in chosen:
            problems.add(place, f'{name!r} is the video that {chosen[position]} names')
        chosen.setdefault(position, place)
    problems.check()
    inverse = next(iter(places)).startswith(EXCEPT)
    videos = tuple(tracks for position, tracks in enumerate(video_set.videos) if (position in chosen) != inverse)
    return VideoSet(video_set.classes, videos, video_set.category_ids)


def _positions(videos: Sequence[Video]) -> dict[str, list[int]]:
    """Places of the videos that an id or name means."""
    positions: dict[str, list[int]] = {}
    for position, video in enumerate(videos):
        positions.setdefault(video.name, []).append(position)
    return positions | {str(video.id): [position] for position, video in enumerate(videos)}


def _some(video_set: VideoSet) -> str:
    def described(tracks: VideoTracks) -> str:
        video = tracks.video
        return repr(str(video.id)) if str(video.id) == video.name else f'{video.id!r} ({video.name})'

    more = f' and {len(video_set.videos) - 3} more' if len(video_set.videos) > 3 else ''
    return (', '.join(map(described, video_set.videos[:3])) or 'none') + more
