"""What was found in a video, as columns: what detections files hold and trackers are replayed on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmvist.structures.video import FrameResult, Video, VideoTracks


@dataclass(frozen=True, eq=False)
class VideoDetections:
    """The detections of one video before anything was tracked, one row each, sorted by frame.

    Attributes:
        video: The video.
        offsets: (length + 1,) int64; the rows of frame f are offsets[f]:offsets[f + 1].
        labels: (R,) int64, index into the class list.
        scores: (R,) float32.
        bboxes: (R, 4) float32, xyxy in pixels of the original image.
        masks: R COCO counts of the video's size; `None` for a box without a mask.
        embeds: (R, E) float32, what trackers compare; `None` where there are none.
    """

    video: Video
    offsets: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    bboxes: np.ndarray
    masks: tuple[bytes | None, ...]
    embeds: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in ('labels', 'scores', 'bboxes', 'masks', 'embeds')
                   if getattr(self, name) is not None}
        if len(set(lengths.values())) > 1:
            raise ValueError(f'video {self.video.name}: columns must be equally long, got {lengths}')
        offsets = self.offsets
        if (len(offsets) != self.video.length + 1 or offsets[0] != 0 or offsets[-1] != len(self)
                or np.any(np.diff(offsets) < 0)):
            raise ValueError(f'video {self.video.name}: offsets must rise from 0 to {len(self)}, the number of rows, '
                             f'one for each of {self.video.length} frames and one more, got {len(offsets)}: '
                             f'{offsets.tolist()[:10]}')

    @classmethod
    def from_tracks(cls, tracks: VideoTracks) -> 'VideoDetections':
        """What was tracked, without its ids; ignore rows are no detections."""
        rows = tracks.select(~tracks.ignore)
        return cls(rows.video, rows.offsets.astype(np.int64), rows.labels, rows.scores, rows.bboxes.astype(np.float32),
                   rows.masks)

    @classmethod
    def from_results(cls, results: Sequence[FrameResult]) -> 'VideoDetections':
        """Join all frames of a video, given in any order.

        Raises:
            ValueError: A frame is missing or comes twice, or some frames have embeddings and others do not.
        """
        results = sorted(results, key=lambda result: result.frame)
        video, frames = results[0].video, [result.frame for result in results]
        if frames != list(range(video.length)):
            raise ValueError(f'video {video.name}: each of {video.length} frames must come once, got {len(frames)}: '
                             f'{frames[:10]}')
        without = [result.frame for result in results if result.embeds is None]
        if len(without) not in (0, len(results)):
            raise ValueError(f'video {video.name}: frame {without[0]} has no embeddings, other frames have some')
        columns = {name: np.concatenate([getattr(result, name) for result in results])
                   for name in ('labels', 'scores', 'bboxes', *(() if without else ('embeds',)))}
        return cls(video, np.cumsum([0, *map(len, results)], dtype=np.int64),
                   masks=tuple(mask for result in results for mask in result.masks), **columns)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def frames(self) -> np.ndarray:
        """(R,) int64, the frame of each row."""
        return np.repeat(np.arange(self.video.length), np.diff(self.offsets))

    def rows_at(self, frame: int) -> slice:
        """Rows of one frame."""
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))

    def select(self, keep: np.ndarray) -> 'VideoDetections':
        """Keep some rows, (R,) bool."""
        if keep.all():
            return self
        before = np.concatenate([[0], np.cumsum(keep)])
        rows = np.flatnonzero(keep)
        return replace(self, offsets=before[self.offsets], labels=self.labels[rows], scores=self.scores[rows],
                       bboxes=self.bboxes[rows], masks=tuple(self.masks[row] for row in rows.tolist()),
                       embeds=None if self.embeds is None else self.embeds[rows])

    def with_min_score(self, min_score: float) -> 'VideoDetections':
        """Keep the detections that score at least `min_score`."""
        return self.select(self.scores >= np.float32(min_score))

    def renumbered(self, labels: Sequence[int]) -> 'VideoDetections':
        """Give every class a new label; rows of a class with -1 are dropped.

        Args:
            labels: New label of each class.
        """
        new = np.asarray(labels, np.int64)[self.labels]
        return replace(self, labels=new).select(new >= 0)
