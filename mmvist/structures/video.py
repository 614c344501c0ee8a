"""A video's tracks as columns: what readers return, metrics score, and writers store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Video:
    """What is known of a video beside its objects.

    Attributes:
        id: The benchmark's own id (a number for YouTube-VIS, a sequence name for MOTS).
        name: Folder or file the frames come from.
        height: Rows of a frame, in pixels.
        width: Columns of a frame, in pixels.
        length: Number of frames; frames are counted 0..length-1.
        file_names: One path a frame, relative to the image root; empty when frames are not files.
        fps: Frames a second, when known.
    """

    id: int | str
    name: str
    height: int
    width: int
    length: int
    file_names: tuple[str, ...] = ()
    fps: float | None = None

    def __post_init__(self) -> None:
        if self.file_names and len(self.file_names) != self.length:
            raise ValueError(f'video {self.name}: length is {self.length}, but {len(self.file_names)} frames are named')


@dataclass(frozen=True)
class TrackSummary:
    """What a tracker decides about a whole track.

    Attributes:
        label: Index into the class list.
        score: Confidence of the track, in 0..1.
        keep: False when the track must not be reported.
        id: The final id of a track whose id was provisional, as those of trackers are that decide at the video's end;
            several may have the same. `None`: the id stands.
    """

    label: int
    score: float
    keep: bool = True
    id: int | None = None


@dataclass(frozen=True)
class FrameResult:
    """The instances of one frame, in pixels of the original image, ready to be stored.

    Attributes:
        video: The video the frame belongs to.
        frame: Index of the frame, from 0.
        ids: (N,) int64, unique within the frame.
        labels: (N,) int64, index into the class list.
        scores: (N,) float32, in 0..1.
        bboxes: (N, 4) float32, xyxy.
        masks: N COCO counts of size (video.height, video.width); `None` for a box without a mask.
        summaries: Id -> summary of every track of the video, given with its last frame only; they may rename tracks.
        embeds: (N, E) float32, what trackers compare, where it was asked for.
        features: What else was asked for, by name: maps (C, h, w) float32 of the whole image, which is h x w pixels
            to the network, or arrays that are no maps.
    """

    video: Video
    frame: int
    ids: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    bboxes: np.ndarray
    masks: tuple[bytes | None, ...]
    summaries: Mapping[int, TrackSummary] | None = None
    embeds: np.ndarray | None = None
    features: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: np.ndarray) -> 'FrameResult':
        """Keep some instances, given as indices."""
        return replace(self, ids=self.ids[rows], labels=self.labels[rows], scores=self.scores[rows],
                       bboxes=self.bboxes[rows], masks=tuple(self.masks[row] for row in rows),
                       embeds=None if self.embeds is None else self.embeds[rows])

    def with_min_score(self, min_score: float) -> 'FrameResult':
        """Keep the instances that score at least `min_score` in this frame."""
        return self.select(np.flatnonzero(self.scores >= min_score))


@dataclass(frozen=True, eq=False)
class VideoTracks:
    """All instances of one video, one row each, sorted by frame; ground truth and results alike.

    Attributes:
        video: The video.
        frames: (R,) int64, 0..length-1, never falling.
        ids: (R,) int64, the track each row belongs to; unique within a frame.
        labels: (R,) int64, index into the class list; -1 for an ignore region of no class.
        scores: (R,) float32, in 0..1; 1 for ground truth.
        bboxes: (R, 4) float64, xyxy in pixels, as exact as a file has them.
        masks: R COCO counts of the video's size; `None` for a box without a mask.
        ignore: (R,) bool, rows that are neither objects nor background (crowds, ignore regions).
        track_scores: Score of a whole track where it is not the mean of its rows.
    """

    video: Video
    frames: np.ndarray
    ids: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    bboxes: np.ndarray
    masks: tuple[bytes | None, ...]
    ignore: np.ndarray
    track_scores: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in
                   ('frames', 'ids', 'labels', 'scores', 'bboxes', 'masks', 'ignore')}
        if len(set(lengths.values())) > 1:
            raise ValueError(f'video {self.video.name}: columns must be equally long, got {lengths}')
        if len(self.frames) and (self.frames[0] < 0 or self.frames[-1] >= self.video.length):
            raise ValueError(f'video {self.video.name}: frames must lie in 0..{self.video.length - 1}, '
                             f'got {self.frames[0]}..{self.frames[-1]}')
        if np.any(np.diff(self.frames) < 0):
            raise ValueError(f'video {self.video.name}: rows must be sorted by frame')

    @classmethod
    def from_rows(cls, video: Video, rows: Iterable[tuple], track_scores: Mapping[int, float] | None = None
                  ) -> 'VideoTracks':
        """Build from (frame, id, label, score, bbox, mask, ignore) tuples in any order of frames."""
        rows = sorted(rows, key=lambda row: row[0])
        frames, ids, labels, scores, bboxes, masks, ignore = zip(*rows, strict=True) if rows else ([],) * 7
        return cls(video, np.array(frames, np.int64), np.array(ids, np.int64), np.array(labels, np.int64),
                   np.array(scores, np.float32), np.array(bboxes, np.float64).reshape(-1, 4), tuple(masks),
                   np.array(ignore, bool), dict(track_scores or {}))

    @classmethod
    def from_results(cls, video: Video, results: Sequence[FrameResult]) -> 'VideoTracks':
        """Join the frames of a video; the last one's summaries decide id, label, score and which tracks stay."""
        results = sorted(results, key=lambda result: result.frame)
        count = [len(result) for result in results]
        columns = {name: np.concatenate([getattr(result, name) for result in results]) if results else []
                   for name in ('ids', 'labels', 'scores', 'bboxes')}
        tracks = cls(video, np.repeat(np.array([result.frame for result in results], np.int64), count),
                     np.asarray(columns['ids'], np.int64), np.asarray(columns['labels'], np.int64),
                     np.asarray(columns['scores'], np.float32),
                     np.asarray(columns['bboxes'], np.float64).reshape(-1, 4),
                     tuple(mask for result in results for mask in result.masks), np.zeros(sum(count), bool))
        summaries = next((result.summaries for result in reversed(results) if result.summaries is not None), None)
        return tracks if summaries is None else tracks.with_summaries(summaries)

    def __len__(self) -> int:
        return len(self.frames)

    @cached_property
    def track_ids(self) -> np.ndarray:
        """(K,) int64, ascending."""
        return np.unique(self.ids)

    @cached_property
    def offsets(self) -> np.ndarray:
        """(length + 1,) int64; the rows of frame f are offsets[f]:offsets[f + 1]."""
        return np.searchsorted(self.frames, np.arange(self.video.length + 1))

    def rows_at(self, frame: int) -> slice:
        """Rows of one frame."""
        return slice(self.offsets[frame], self.offsets[frame + 1])

    def rows_of(self, track_id: int) -> np.ndarray:
        """Rows of one track, by frame."""
        return np.flatnonzero(self.ids == track_id)

    def select(self, rows: np.ndarray) -> 'VideoTracks':
        """Keep some rows, given as indices in rising order or as (R,) bool."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(self, frames=self.frames[rows], ids=self.ids[rows], labels=self.labels[rows],
                       scores=self.scores[rows], bboxes=self.bboxes[rows],
                       masks=tuple(self.masks[row] for row in rows), ignore=self.ignore[rows])

    def with_summaries(self, summaries: Mapping[int, TrackSummary]) -> 'VideoTracks':
        """Apply a tracker's verdict: drop tracks, set each track's final id, label and score.

        Raises:
            ValueError: Ids that end as one are in one frame, or differ in label or score.
        """
        kept = {track: summary for track, summary in sorted(summaries.items()) if summary.keep}
        final = {track: track if summary.id is None else summary.id for track, summary in kept.items()}
        tracks = self.select(np.isin(self.ids, np.array(list(kept), np.int64)))
        if any(summary.id is not None for summary in kept.values()):
            _check_final(tracks, kept, final)
        places = np.searchsorted(np.array(list(kept), np.int64), tracks.ids)
        ids = np.array(list(final.values()), np.int64)[places]
        labels = np.array([summary.label for summary in kept.values()], np.int64)[places]
        scores = {final[track]: summary.score for track, summary in kept.items()}
        return replace(tracks, ids=ids, labels=labels, track_scores=scores)

    def with_min_score(self, min_score: float) -> 'VideoTracks':
        """Keep the tracks whose score, stated or the rows' mean, is at least `min_score`."""
        # Scores of rows have 32 bits: with more, 0.9 would not be at least 0.9.
        kept = [track for track in self.track_ids.tolist()
                if np.float32(self.summary(track).score) >= np.float32(min_score)]
        return self.select(np.isin(self.ids, np.array(kept, np.int64)))

    def summary(self, track_id: int) -> TrackSummary:
        """Label (majority, lowest on a tie) and score (stated, else the rows' mean) of one track."""
        rows = self.rows_of(track_id)
        labels, votes = np.unique(self.labels[rows], return_counts=True)
        score = self.track_scores.get(track_id)
        if score is None:
            # As exact as the rows: tracks of equal scores must not differ in the last bit of their means.
            score = np.float32(self.scores[rows].mean(dtype=np.float64))
        return TrackSummary(int(labels[votes.argmax()]), float(score))


@dataclass(frozen=True, eq=False)
class VideoSet:
    """The videos of one file or folder with the classes their labels index.

    Attributes:
        classes: Class names; a label is an index into them.
        videos: One entry a video, in the file's order.
        category_ids: The file's own id of each class.
    """

    classes: tuple[str, ...]
    videos: tuple[VideoTracks, ...]
    category_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.classes) != len(self.category_ids):
            raise ValueError(f'{len(self.classes)} classes, but {len(self.category_ids)} category ids')

    def with_classes(self, classes: Sequence[str]) -> 'VideoSet':
        """Renumber labels so that they index `classes`; rows of other classes are dropped, those of no class stay.

        Raises:
            ValueError: A wanted class is not in this set.
        """
        missing = [name for name in classes if name not in self.classes]
        if missing:
            raise ValueError(f'classes {missing} are not in the file; it has {list(self.classes)}')
        position = {name: index for index, name in enumerate(classes)}
        by_name = dict(zip(self.classes, self.category_ids, strict=True))
        return self.renumbered([position.get(name, -1) for name in self.classes], classes,
                               [by_name[name] for name in classes])

    def renumbered(self, labels: Sequence[int], classes: Sequence[str], category_ids: Sequence[int]) -> 'VideoSet':
        """Give every class a new label, several the same where they are to be one; rows of no class stay.

        Args:
            labels: New label of each class of this set; rows of a class with -1 are dropped.
            classes: What the new labels index.
            category_ids: One for each of them.
        """
        # The last entry is what label -1, no class, looks up.
        table = np.array([*labels, -1], np.int64)
        videos = []
        for tracks in self.videos:
            new = table[tracks.labels]
            videos.append(replace(tracks, labels=new).select((new >= 0) | (tracks.labels < 0)))
        return VideoSet(tuple(classes), tuple(videos), tuple(category_ids))


def _check_final(tracks: VideoTracks, kept: Mapping[int, TrackSummary], final: Mapping[int, int]) -> None:
    """Raise where ids cannot end as one.

    Args:
        tracks: The rows that stay, under their provisional ids.
        kept: Provisional id -> verdict.
        final: Provisional id -> final id.
    """
    verdicts: dict[int, TrackSummary] = {}
    for track, summary in kept.items():
        first = verdicts.setdefault(final[track], summary)
        if (first.label, first.score) != (summary.label, summary.score):
            raise ValueError(f'video {tracks.video.name}: ids that end as id {final[track]} must agree in label and '
                             f'score, got {(first.label, first.score)} and {(summary.label, summary.score)}')
    present: dict[tuple[int, int], int] = {}
    for frame, track in zip(tracks.frames.tolist(), tracks.ids.tolist(), strict=True):
        other = present.setdefault((frame, final[track]), track)
        if other != track:
            raise ValueError(f'video {tracks.video.name}, frame {frame}: ids {other} and {track} both end as id '
                             f'{final[track]}')
