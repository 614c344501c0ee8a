"""The rows of one video, gathered track by track."""

from collections.abc import Mapping, Sequence

import numpy as np

from mmvist.io.problems import Problems
from mmvist.io.segmentation import broken
from mmvist.structures import Video, VideoTracks, rle


class Columns:
    """What is read of one video.

    Args:
        video: The video.
    """

    def __init__(self, video: Video) -> None:
        self.video = video
        self._frames: list[int] = []
        self._scores: list[float] = []
        self._masks: list[bytes | None] = []
        self._boxes: list[np.ndarray] = []
        self._tracks: list[tuple[str, int, int, bool, int]] = []

    def add(self, place: str, track: int, label: int, ignore: bool, masks: Mapping[int, bytes | None],
            scores: Sequence[float], boxes: np.ndarray | None = None) -> None:
        """Add a track.

        Args:
            place: Where it stands in the file.
            track: Its id.
            label: Index into the class list.
            ignore: Whether it is a crowd.
            masks: By frame; `None` for a box without a mask.
            scores: One for each mask.
            boxes: (N, 4), xyxy, one for each mask; nan, or by default, where it is the mask's own.
        """
        self._tracks.append((place, track, label, ignore, len(masks)))
        self._frames.extend(masks)
        self._masks.extend(masks.values())
        self._scores.extend(scores)
        self._boxes.append(np.full((len(masks), 4), np.nan) if boxes is None else boxes)

    def tracks(self, problems: Problems, trusted: bool, track_scores: Mapping[int, float] | None = None) -> VideoTracks:
        """The video.

        Args:
            problems: Where to note broken masks, whose rows are left out.
            trusted: Leave masks unchecked, and boxes of masks undefined (nan).
            track_scores: Scores of whole tracks.
        """
        numbers = [entry[-1] for entry in self._tracks]
        frames = np.array(self._frames, np.int64)
        ids, labels, ignore = (np.repeat(np.array([entry[column] for entry in self._tracks], dtype), numbers)
                               for column, dtype in ((1, np.int64), (2, np.int64), (3, bool)))
        boxes = np.concatenate([np.zeros((0, 4)), *self._boxes])
        order = np.argsort(frames, kind='stable')
        if not trusted:
            order = order[~np.isin(order, self._check(problems, numbers))]
            tight = order[np.isnan(boxes[order, 0])]
            boxes[tight] = rle.bboxes([self._masks[row] for row in tight.tolist()], self.video.height, self.video.width)
        return VideoTracks(self.video, frames[order], ids[order], labels[order],
                           np.array(self._scores, np.float32)[order], boxes[order],
                           tuple(self._masks[row] for row in order.tolist()), ignore[order], dict(track_scores or {}))

    def _check(self, problems: Problems, numbers: list[int]) -> list[int]:
        """Rows whose masks are broken; these are noted."""
        rows = [row for row, mask in enumerate(self._masks) if mask is not None]
        faults = broken([self._masks[row] for row in rows], self.video.height, self.video.width)
        owners = np.searchsorted(np.cumsum(numbers), [rows[index] for index in faults], side='right')
        for (index, fault), owner in zip(faults.items(), owners.tolist(), strict=True):
            problems.add(f'{self._tracks[owner][0]}, frame {self._frames[rows[index]]}', fault)
        return [rows[index] for index in faults]
