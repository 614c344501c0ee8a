"""Ids and classes of tracks where a format ties them together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmvist.io.problems import Problems
from mmvist.structures import VideoTracks

INSTANCES = 1000  # ids a class has


def fit_ids(tracks: VideoTracks, category_ids: Sequence[int], problems: Problems, lost: Counter[str]) -> VideoTracks:
    """Ground truth of MOTS: ids are category * 1000 + number.

    Ids that are so stay, and those below 1000 become so. Where that does not work for all of a video, the tracks of
    each class are counted from 1 in order of appearance, and a track that changes class becomes several.

    Args:
        tracks: One video's; those that are ignored keep their ids, which the writers replace.
        category_ids: Number of each class.
        problems: Notes classes with too many tracks.
        lost: Counts ids that are counted anew.
    """
    rows = np.flatnonzero(~tracks.ignore)
    own, labels = tracks.ids[rows], tracks.labels[rows]
    categories = np.array(category_ids, np.int64)[labels]
    values = np.where(own // INSTANCES == categories, own, categories * INSTANCES + own)
    pairs = np.unique(np.stack([own, values]), axis=1)
    # An id of two classes has two values, two ids may have one.
    is_one_to_one = all(len(np.unique(column)) == pairs.shape[1] for column in pairs)
    if not is_one_to_one or (values // INSTANCES != categories).any():
        values = categories * INSTANCES + _counted(own, labels)
        lost['ids of tracks, counted anew'] += len(np.unique(own))
        for label in np.unique(labels[values // INSTANCES != categories]).tolist():
            problems.add(f'video {tracks.video.name}', f'has {len(np.unique(own[labels == label]))} tracks of class '
                         f'number {category_ids[label]}, the format has room for {INSTANCES - 1}')
    ids = tracks.ids.copy()
    ids[rows] = values
    return replace(tracks, ids=ids, track_scores={})


def _counted(ids: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Number of each row's track among those of its class, from 1 in order of appearance, (R,) int64."""
    numbers = np.zeros(len(ids), np.int64)
    for label in np.unique(labels):
        rows = labels == label
        _, first, inverse = np.unique(ids[rows], return_index=True, return_inverse=True)
        numbers[rows] = np.argsort(np.argsort(first))[inverse] + 1
    return numbers


def with_one_class(tracks: VideoTracks, lost: Counter[str]) -> VideoTracks:
    """Tracks of one class each, all of whose rows are ignored or none.

    A track gets the class that it has in most frames; its ignored rows become a track of their own.

    Args:
        tracks: One video's.
        lost: Counts tracks that changed class.
    """
    mixed = np.intersect1d(tracks.ids[tracks.ignore], tracks.ids[~tracks.ignore])
    ids, labels = tracks.ids.copy(), tracks.labels.copy()
    apart = tracks.ignore & np.isin(ids, mixed)
    ids[apart] = tracks.ids.max(initial=-1) + 1 + np.searchsorted(mixed, ids[apart])
    split = replace(tracks, ids=ids)
    pairs = np.unique(np.stack([ids, labels]), axis=1)
    changing = [track for track, times in zip(*np.unique(pairs[0], return_counts=True), strict=True) if times > 1]
    for track in changing:
        labels[split.rows_of(track)] = split.summary(track).label
    lost['changes of class, a track has the commonest'] += len(changing)
    return replace(split, labels=labels)
