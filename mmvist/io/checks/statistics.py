"""What annotated videos hold, counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmvist.structures import VideoSet, VideoTracks


@dataclass(frozen=True)
class Spread:
    """Smallest, middle and largest of some numbers."""

    min: float
    median: float
    max: float

    @classmethod
    def of(cls, numbers: Sequence[int]) -> 'Spread | None':
        """Of any numbers; `None` where there are none."""
        return cls(min(numbers), float(np.median(numbers)), max(numbers)) if len(numbers) else None


@dataclass(frozen=True)
class ClassCounts:
    """What there is of a class.

    Attributes:
        name: The class.
        videos: Videos it occurs in.
        tracks: Its tracks; one that changes class counts for each.
        instances: Its objects, counted in every frame.
    """

    name: str
    videos: int
    tracks: int
    instances: int


@dataclass(frozen=True)
class Statistics:
    """What a set of videos holds; ignore rows are no objects.

    Attributes:
        videos: Number of videos.
        frames: Number of their frames.
        tracks: Number of objects.
        instances: Number of objects, counted in every frame.
        masks: How many of these have a mask.
        ignore_rows: Rows that are neither object nor background.
        empty_videos: Videos without objects.
        empty_frames: Frames without objects.
        sizes: Videos of each size of frames, 'WIDTH x HEIGHT', the commonest first.
        video_lengths: Frames a video has.
        track_lengths: Frames an object is in.
        tracks_with_gaps: Objects that vanish and return.
        gaps: How often objects do.
        longest_gap: Frames that one is away at most before it returns.
        classes: What there is of each class, in the order of labels.
    """

    videos: int
    frames: int
    tracks: int
    instances: int
    masks: int
    ignore_rows: int
    empty_videos: int
    empty_frames: int
    sizes: Mapping[str, int]
    video_lengths: Spread | None
    track_lengths: Spread | None
    tracks_with_gaps: int
    gaps: int
    longest_gap: int
    classes: tuple[ClassCounts, ...]


@dataclass(frozen=True)
class _Tracks:
    """Tracks of one video: how many frames each is in, and the frames it is away for, each time."""

    lengths: np.ndarray
    gaps: np.ndarray
    num_with_gaps: int

    @classmethod
    def of(cls, objects: VideoTracks) -> '_Tracks':
        order = np.lexsort((objects.frames, objects.ids))
        ids, frames = objects.ids[order], objects.frames[order]
        away = np.where(np.diff(ids) == 0, np.diff(frames) - 1, 0)
        returns = np.flatnonzero(away > 0)
        return cls(np.unique(ids, return_counts=True)[1], away[returns], len(np.unique(ids[returns])))


def count(video_set: VideoSet) -> Statistics:
    """Count."""
    objects = [tracks.select(~tracks.ignore) for tracks in video_set.videos]
    videos = [tracks.video for tracks in objects]
    found = [_Tracks.of(tracks) for tracks in objects]
    sizes = Counter(f'{video.width} x {video.height}' for video in videos)
    gaps = np.concatenate([np.zeros(0, np.int64), *(of_video.gaps for of_video in found)])
    return Statistics(
        videos=len(videos), frames=sum(video.length for video in videos),
        tracks=sum(len(of_video.lengths) for of_video in found), instances=sum(map(len, objects)),
        masks=sum(mask is not None for tracks in objects for mask in tracks.masks),
        ignore_rows=sum(int(tracks.ignore.sum()) for tracks in video_set.videos),
        empty_videos=sum(len(tracks) == 0 for tracks in objects),
        empty_frames=sum(tracks.video.length - len(np.unique(tracks.frames)) for tracks in objects),
        sizes=dict(sizes.most_common()), video_lengths=Spread.of([video.length for video in videos]),
        track_lengths=Spread.of([length for of_video in found for length in of_video.lengths.tolist()]),
        tracks_with_gaps=sum(of_video.num_with_gaps for of_video in found), gaps=len(gaps),
        longest_gap=int(gaps.max(initial=0)), classes=_class_counts(video_set.classes, objects))


def _class_counts(classes: Sequence[str], objects: Sequence[VideoTracks]) -> tuple[ClassCounts, ...]:
    videos, tracks, instances = (np.zeros(len(classes), np.int64) for _ in range(3))
    for of_video in objects:
        rows = of_video.labels >= 0
        pairs = np.unique(np.stack([of_video.labels, of_video.ids])[:, rows], axis=1)
        tracks += np.bincount(pairs[0], minlength=len(classes))
        videos[np.unique(pairs[0])] += 1
        instances += np.bincount(of_video.labels[rows], minlength=len(classes))
    return tuple(map(ClassCounts, classes, videos.tolist(), tracks.tolist(), instances.tolist()))
