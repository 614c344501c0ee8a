"""From the tracks of a video to its annotations: what is kept, what is ignored, and what it is called."""

from dataclasses import replace

import numpy as np

from mmvist.io.mots.benchmark import INSTANCES
from mmvist.structures import VideoTracks, rle


def annotate(tracks: VideoTracks, min_length: int = 2, min_area: int = 0) -> VideoTracks:
    """Keep the tracks that are good enough to train on, and turn all else into `ignore` rows.

    Args:
        tracks: Tracks, and `ignore` rows.
        min_length: Tracks that are seen in fewer frames are ignored.
        min_area: Masks of fewer pixels are, and do not count for the length.

    Returns:
        The rows, of which ignored ones give way to kept ones, as masks of annotations are disjoint. Kept tracks are
        numbered within each class by their first frames, as KITTI MOTS does: class * 1000 + number, classes and numbers
        counted from 1. If a class has more than 999 tracks, all are counted on from 1 million, which files of MOTS
        cannot hold. Ignored rows have as few ids as it goes, behind all others.
    """
    kept = ~tracks.ignore
    kept &= rle.area(tracks.masks, tracks.video.height, tracks.video.width) >= min_area
    _, places, lengths = np.unique(np.where(kept, tracks.ids, -1), return_inverse=True, return_counts=True)
    kept &= lengths[places] >= min_length
    tracks = _disjoint(replace(tracks, ignore=~kept, track_scores={}))
    return replace(tracks, ids=_numbered(tracks))


def _disjoint(tracks: VideoTracks) -> VideoTracks:
    """The tracks with ignored masks that leave others free; those of which nothing is left are gone."""
    masks, (height, width) = list(tracks.masks), (tracks.video.height, tracks.video.width)
    for frame in np.unique(tracks.frames[tracks.ignore]).tolist():
        rows = tracks.rows_at(frame)
        masks[rows] = rle.make_disjoint(masks[rows], ~tracks.ignore[rows], height, width)
    tracks = replace(tracks, masks=tuple(masks))
    return tracks.select(rle.area(masks, height, width) > 0)


def _numbered(tracks: VideoTracks) -> np.ndarray:
    """New ids (R,) of all rows."""
    kept = ~tracks.ignore
    ids = np.zeros(len(tracks), np.int64)
    orders = [(label, np.flatnonzero(kept & (tracks.labels == label))) for label in np.unique(tracks.labels).tolist()]
    numbers = {label: _by_first_row(tracks.ids[rows]) for label, rows in orders}
    if all(number.max(initial=0) < INSTANCES for number in numbers.values()):
        for label, rows in orders:
            ids[rows] = (label + 1) * INSTANCES + numbers[label]
    else:
        ids[kept] = INSTANCES ** 2 + _by_first_row(tracks.ids[kept])
    # The first one of a class in each frame, the second one, and so on: each id costs an entry for every frame.
    places, labels = np.flatnonzero(~kept), tracks.labels[~kept]
    for label in np.unique(labels).tolist():
        rows = places[labels == label]
        frames = tracks.frames[rows]
        ids[rows] = ids.max(initial=0) + 1 + np.arange(len(rows)) - np.searchsorted(frames, frames)
    return ids


def _by_first_row(ids: np.ndarray) -> np.ndarray:
    """Numbers from 1 for ids (N,), in the order in which they first come."""
    _, firsts, places = np.unique(ids, return_index=True, return_inverse=True)
    return 1 + np.argsort(np.argsort(firsts))[places]


def fits_mots(tracks: VideoTracks) -> bool:
    """Whether files of MOTS can hold the ids of a video that was annotated."""
    return bool((tracks.ids[~tracks.ignore] < INSTANCES ** 2).all())
