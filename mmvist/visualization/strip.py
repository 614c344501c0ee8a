"""A film strip of each track: id switches at a glance."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmvist.io.atomic import open_atomic
from mmvist.structures import FrameResult, TrackSummary
from mmvist.visualization.canvas import visible
from mmvist.visualization.colours import GREY, GROUND, colour
from mmvist.visualization.text import chip_size, put_chip, put_text
from mmvist.visualization.thumbnail import Thumbnail, thumbnail

CELL = 80
GAP = 4
TEXT_SCALE = 0.42
EMPTY = (36, 36, 36)
# Pictures kept for each that the strip has room for: which tracks are long, and which are one, shows at the end only.
SPARE = 4


class TrackStrip:
    """Collects small pictures of the tracks while a video streams: one row a track, frames from left to right.

    Frames are evenly spaced multiples of a stride that doubles whenever the columns are full, so between half and all
    of them are filled, and memory does not depend on the video's length. The longest tracks are drawn, under the ids
    that they end with.

    Args:
        num_columns: Most frames shown, at least 2.
        num_tracks: Most tracks shown, at least 1.

    Raises:
        ValueError: A number is too small.
    """

    def __init__(self, num_columns: int = 12, num_tracks: int = 16) -> None:
        if num_columns < 2 or num_tracks < 1:
            raise ValueError('TrackStrip: num_columns must be at least 2 and num_tracks at least 1, '
                             f'got {num_columns} and {num_tracks}')
        self.num_columns, self.num_tracks = num_columns, num_tracks
        self._stride = 1
        self._frames: list[int] = []
        self._cells: dict[int, dict[int, Thumbnail]] = {}
        self._labels: dict[int, int] = {}
        self._summaries: Mapping[int, TrackSummary] | None = None

    def add(self, image: np.ndarray, result: FrameResult) -> None:
        """Take what is needed of a frame.

        Args:
            image: (H, W, 3) uint8 BGR of the video's size.
            result: Its instances; the last one's summaries say which tracks are not drawn, and which are one.
        """
        if result.summaries is not None:
            self._summaries = result.summaries
        if result.frame % self._stride:
            return
        self._frames.append(result.frame)
        result = visible(result)
        for row, track in enumerate(result.ids.tolist()):
            self._cells.setdefault(track, {})[result.frame] = thumbnail(image, result, row, CELL)
            self._labels[track] = int(result.labels[row])
        while len(self._frames) > self.num_columns:
            self._stride *= 2
            self._frames = [frame for frame in self._frames if frame % self._stride == 0]
            self._cells = {track: {frame: cell for frame, cell in cells.items() if frame % self._stride == 0}
                           for track, cells in self._cells.items()}
        self._forget(set(result.ids.tolist()))

    def draw(self, classes: Sequence[str]) -> np.ndarray | None:
        """The strip (H, W, 3) uint8 BGR, rows by first frame; `None` when there is no track to draw.

        Args:
            classes: Class names; labels are indices into them.
        """
        rows, labels = self._final()
        tracks = sorted(rows, key=lambda track: (-len(rows[track]), track))[:self.num_tracks]
        tracks.sort(key=lambda track: (min(rows[track]), track))
        if not tracks:
            return None
        names = {track: f'{classes[labels[track]]} {track}' for track in tracks}
        margin = max(chip_size(name, TEXT_SCALE)[0] for name in names.values()) + 2 * GAP
        header = chip_size('0', TEXT_SCALE)[1] + GAP
        strip = np.full((header + len(tracks) * (CELL + GAP), margin + len(self._frames) * (CELL + GAP), 3),
                        GROUND, np.uint8)
        for column, frame in enumerate(self._frames):
            text = str(frame)
            left = margin + column * (CELL + GAP) + (CELL - chip_size(text, TEXT_SCALE)[0]) // 2
            put_text(strip, text, left, header - 2 * GAP, TEXT_SCALE, GREY)
        for row, track in enumerate(tracks):
            top = header + row * (CELL + GAP)
            put_chip(strip, names[track], GAP, top + (CELL - chip_size('0', TEXT_SCALE)[1]) // 2, TEXT_SCALE,
                     colour(track))
            for column, frame in enumerate(self._frames):
                left = margin + column * (CELL + GAP)
                cell = rows[track].get(frame)
                strip[top:top + CELL, left:left + CELL] = EMPTY if cell is None else cell.drawn(track)
        return strip

    def save(self, path: str | Path, classes: Sequence[str]) -> None:
        """Store the strip as an image, unless there is no track to draw; see `draw`."""
        strip = self.draw(classes)
        if strip is not None:
            with open_atomic(path, 'wb') as file:
                file.write(cv2.imencode(Path(path).suffix, strip)[1].tobytes())

    def _forget(self, present: set[int]) -> None:
        """Keep the number of pictures bounded: first those of tracks go that have ended, of the shortest first."""
        order = sorted(self._cells, key=lambda track: (track not in present, -len(self._cells[track]), track))
        kept, room = [], SPARE * self.num_tracks * self.num_columns
        for track in order:
            room -= len(self._cells[track])
            if room < 0:
                break
            if self._cells[track]:
                kept.append(track)
        self._cells = {track: self._cells[track] for track in kept}
        self._labels = {track: self._labels[track] for track in kept}

    def _final(self) -> tuple[dict[int, dict[int, Thumbnail]], dict[int, int]]:
        """The pictures and the label of each track that is kept, by final id."""
        if self._summaries is None:
            return self._cells, self._labels
        rows: dict[int, dict[int, Thumbnail]] = {}
        labels = {}
        for track, cells in self._cells.items():
            summary = self._summaries.get(track)
            if summary is not None and summary.keep:
                final = track if summary.id is None else summary.id
                rows.setdefault(final, {}).update(cells)
                labels[final] = summary.label
        return rows, labels
