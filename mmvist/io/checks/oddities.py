"""What is strange about annotations that can be read."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmvist.io.checks.boxes import box_errors
from mmvist.io.progress import progress
from mmvist.structures import VideoSet, VideoTracks, rle
from mmvist.structures.overlaps import overlapping_pixels

# Pixels; fewer are 4 x 4, less than a cell of a network's finest features.
TINY = 16
BOX_TOLERANCE = 1.0  # pixels
# Share of a file's and a benchmark's names that must agree before one is compared with the other.
RELATED = 0.5


@dataclass(frozen=True)
class Oddity:
    """One kind of oddity.

    Attributes:
        what: What it is, with how often.
        places: Where, all of it.
    """

    what: str
    places: tuple[str, ...] = ()


def find_oddities(video_set: VideoSet, source: str, class_lists: Mapping[str, Sequence[str]]) -> tuple[Oddity, ...]:
    """Everything that can be lived with, but may be a mistake.

    Overlaps are those of objects, masks below 16 pixels are tiny, and a box may lie a pixel off its mask.

    Args:
        video_set: The annotations.
        source: Where they were read from, for the line of progress.
        class_lists: Class lists of benchmarks by their names, which the set's classes are compared with.
    """
    found = [*_of_classes(video_set.classes, class_lists), *_of_names(video_set)]
    of_kind: dict[str, list[str]] = {kind: [] for kind in LOOKS}
    shared: dict[str, int] = {}
    for tracks in progress(video_set.videos, len(video_set.videos), f'checking {source}'):
        for kind, look in LOOKS.items():
            of_kind[kind].extend(look(tracks))
        shared |= _overlaps(tracks)
    found += [Oddity(f'{len(places)} {kind}', tuple(places)) for kind, places in of_kind.items() if places]
    if shared:
        found.append(Oddity(f'{len(shared)} frames with masks that overlap, in {sum(shared.values())} pixels',
                            tuple(f'{place}: {pixels} pixels' for place, pixels in shared.items())))
    return tuple(found)


def _of_classes(classes: Sequence[str], class_lists: Mapping[str, Sequence[str]]) -> Iterator[Oddity]:
    """How the classes differ from those of the benchmark that they have most in common with."""
    def likeness(name: str) -> float:
        known = set(class_lists[name])
        return len(known & set(classes)) / max(len(known | set(classes)), 1)

    name = max(class_lists, key=likeness, default=None)
    if name is None or likeness(name) < RELATED:
        return
    known = class_lists[name]
    missing, strange = ([one for one in some if one not in others] for some, others in ((known, classes),
                                                                                        (classes, known)))
    if missing:
        yield Oddity(f'{len(missing)} classes of {name} are missing', tuple(missing))
    if strange:
        yield Oddity(f'{len(strange)} classes are none of {name}', tuple(strange))
    if [one for one in classes if one in known] != [one for one in known if one in classes]:
        yield Oddity(f'the classes stand in another order than those of {name}; labels must be renumbered by name')


def _of_names(video_set: VideoSet) -> Iterator[Oddity]:
    names = Counter(tracks.video.name for tracks in video_set.videos)
    twice = tuple(name for name, times in names.items() if times > 1)
    if twice:
        yield Oddity(f'{len(twice)} names of videos occur more than once', twice)


def _video(tracks: VideoTracks) -> str:
    return f'video {tracks.video.name}'


def _rows(tracks: VideoTracks, chosen: np.ndarray) -> Iterator[str]:
    for row in np.flatnonzero(chosen).tolist():
        yield f'{_video(tracks)}, frame {tracks.frames[row]}, id {tracks.ids[row]}'


def _no_frames(tracks: VideoTracks) -> Iterable[str]:
    return [_video(tracks)] * (tracks.video.length == 0)


def _no_objects(tracks: VideoTracks) -> Iterable[str]:
    return [_video(tracks)] * (tracks.video.length > 0 and bool(tracks.ignore.all()))


def _doubles(tracks: VideoTracks) -> Iterable[str]:
    order = np.lexsort((tracks.ids, tracks.frames))
    again = np.zeros(len(tracks), bool)
    again[order[1:]] = (np.diff(tracks.frames[order]) == 0) & (np.diff(tracks.ids[order]) == 0)
    return _rows(tracks, again)


def _changes(tracks: VideoTracks) -> Iterable[str]:
    rows = ~tracks.ignore
    ids = np.unique(np.stack([tracks.ids, tracks.labels])[:, rows], axis=1)[0]
    for track, times in zip(*np.unique(ids, return_counts=True), strict=True):
        if times > 1:
            yield f'{_video(tracks)}, id {track}: {times} classes'


def _has_mask(tracks: VideoTracks) -> np.ndarray:
    return np.array([mask is not None for mask in tracks.masks], bool)


def _areas(tracks: VideoTracks) -> np.ndarray:
    """Pixels of each mask, (R,) int64; -1 where there is none."""
    areas = np.full(len(tracks), -1)
    rows = np.flatnonzero(_has_mask(tracks))
    areas[rows] = rle.area([tracks.masks[row] for row in rows], tracks.video.height, tracks.video.width)
    return areas


def _empty(tracks: VideoTracks) -> Iterable[str]:
    return _rows(tracks, _areas(tracks) == 0)


def _tiny(tracks: VideoTracks) -> Iterable[str]:
    areas = _areas(tracks)
    return _rows(tracks, (areas > 0) & (areas < TINY) & ~tracks.ignore)


def _boxes_off(tracks: VideoTracks) -> Iterable[str]:
    errors = box_errors(tracks)
    rows = np.flatnonzero(errors > BOX_TOLERANCE).tolist()
    places = _rows(tracks, errors > BOX_TOLERANCE)
    return (f'{place}: {errors[row]:.1f} pixels' for row, place in zip(rows, places, strict=True))


def _some_maskless(tracks: VideoTracks) -> Iterable[str]:
    has_mask = _has_mask(tracks)
    return _rows(tracks, ~has_mask & has_mask.any())


def _overlaps(tracks: VideoTracks) -> dict[str, int]:
    """Pixels that several objects have, by the place of the frame."""
    objects = tracks.select(~tracks.ignore & _has_mask(tracks))
    return {f'{_video(tracks)}, frame {frame}': pixels for frame, pixels in overlapping_pixels(objects).items()}


LOOKS: dict[str, Callable[[VideoTracks], Iterable[str]]] = {
    'videos without frames': _no_frames,
    'videos without objects': _no_objects,
    'ids twice in a frame': _doubles,
    'tracks that change class': _changes,
    'boxes without masks, where others have some': _some_maskless,
    'empty masks': _empty,
    f'masks of fewer than {TINY} pixels': _tiny,
    'boxes more than a pixel off their masks': _boxes_off,
}
