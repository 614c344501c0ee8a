"""Annotations of a whole dataset in a few flat arrays.

An item touches only its own frames, and the worker processes of a data loader share the pages: Python objects would be
copied there as soon as they are counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from mmvist.datasets.clip import Annotations
from mmvist.structures import VideoTracks, rle


class Texts:
    """A list of byte strings in two arrays.

    Args:
        texts: The strings.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        texts = list(texts)
        self._ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        self._data = np.frombuffer(b''.join(texts), np.uint8)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> bytes:
        return self._data[self._ends[index - 1] if index else 0:self._ends[index]].tobytes()


class TrackTable:
    """Rows of all videos, found by video and frame.

    Args:
        videos: The videos with their tracks; their order numbers them.

    Attributes:
        videos: The videos without their file names.
        first_frames: (V + 1,) int64; frame f of video v is frame first_frames[v] + f of the dataset.
        labels: (R,) int64.
        ignore: (R,) bool.
    """

    def __init__(self, videos: Sequence[VideoTracks]) -> None:
        self.videos = tuple(replace(tracks.video, file_names=()) for tracks in videos)
        self.first_frames = np.cumsum([0, *(video.length for video in self.videos)], dtype=np.int64)
        rows_before = np.cumsum([0, *(len(tracks) for tracks in videos)], dtype=np.int64)
        self._row_starts = np.concatenate([*(tracks.offsets[:-1] + before for tracks, before
                                             in zip(videos, rows_before, strict=False)), rows_before[-1:]])
        self.labels = _joined([tracks.labels for tracks in videos], (0,), np.int64)
        self.ignore = _joined([tracks.ignore for tracks in videos], (0,), bool)
        self._ids = _joined([tracks.ids for tracks in videos], (0,), np.int64)
        self._bboxes = _joined([tracks.bboxes for tracks in videos], (0, 4), np.float32)
        self._masks = Texts(mask or b'' for tracks in videos for mask in tracks.masks)
        self._file_names = Texts(name.encode() for tracks in videos for name in tracks.video.file_names)

    @property
    def has_object(self) -> np.ndarray:
        """(F,) bool, whether each frame of the dataset shows an object that is not ignored."""
        before = np.concatenate([[0], np.cumsum(~self.ignore)])
        return np.diff(before[self._row_starts]) > 0

    def rows(self, video: int, frame: int) -> slice:
        """Rows of one frame."""
        position = self.first_frames[video] + frame
        return slice(int(self._row_starts[position]), int(self._row_starts[position + 1]))

    def annotations(self, video: int, frame: int) -> Annotations:
        """Objects of one frame."""
        rows = self.rows(video, frame)
        masks = tuple(self._masks[row] or None for row in range(rows.start, rows.stop))
        return Annotations(self._bboxes[rows], self.labels[rows], self._ids[rows], self.ignore[rows], masks)

    def file_name(self, video: int, frame: int) -> str:
        """Image of one frame, relative to the image root."""
        return self._file_names[int(self.first_frames[video]) + frame].decode()

    def frames(self) -> np.ndarray:
        """(F, 2) int64: video and frame of every frame of the dataset, in order."""
        lengths = np.diff(self.first_frames)
        videos = np.repeat(np.arange(len(lengths)), lengths)
        return np.stack([videos, np.arange(self.first_frames[-1]) - self.first_frames[videos]], axis=1)


def trainable(tracks: VideoTracks, min_size: float) -> VideoTracks:
    """Tracks with tight boxes, without objects that are too small to train on.

    Args:
        tracks: With a mask in every row.
        min_size: Least width and height of a box, in pixels; an empty mask never counts.
    """
    size = tracks.video.height, tracks.video.width
    bboxes = rle.bboxes(tracks.masks, *size)
    large = (np.minimum(bboxes[:, 2] - bboxes[:, 0], bboxes[:, 3] - bboxes[:, 1]) >= min_size)
    return replace(tracks, bboxes=bboxes).select(large & (rle.area(tracks.masks, *size) > 0))


def _joined(columns: list[np.ndarray], empty_shape: tuple[int, ...], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty(empty_shape, dtype), *columns]).astype(dtype, copy=False)
