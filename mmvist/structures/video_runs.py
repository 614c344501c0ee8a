"""The masks of a video as runs, some frames at a time, so that memory does not grow with the video."""

from collections.abc import Iterator

import numpy as np

from mmvist.structures.runs import PORTION, Runs, decode
from mmvist.structures.video import VideoTracks


def frame_portions(first: VideoTracks, second: VideoTracks) -> Iterator[tuple[int, int]]:
    """First and last frame, exclusive, of stretches whose masks are worked on together; together they are the video."""
    weights = np.zeros(first.video.length)
    for tracks in (first, second):
        sizes = np.fromiter(map(len, tracks.masks), np.int64, len(tracks))
        weights += np.bincount(tracks.frames, sizes, len(weights))
    cuts = np.flatnonzero(np.diff(np.cumsum(weights) // PORTION)) + 1
    edges = [0, *cuts.tolist(), len(weights)]
    yield from zip(edges[:-1], edges[1:], strict=True)


def runs_of(tracks: VideoTracks, start: int, stop: int, source: str) -> Runs:
    """The runs of all masks of some frames, laid behind each other.

    Args:
        tracks: With a mask in every row.
        start: First frame.
        stop: The frame after the last one.
        source: What to call the tracks in an error.

    Raises:
        ValueError: A mask is broken.
    """
    rows = slice(int(tracks.offsets[start]), int(tracks.offsets[stop]))
    num_pixels = tracks.video.height * tracks.video.width
    runs = decode(tracks.masks[rows], num_pixels, (tracks.frames[rows] - start) * num_pixels)
    if runs is not None:
        return runs
    broken = next(row for row in range(rows.start, rows.stop) if decode(tracks.masks[row:row + 1], num_pixels) is None)
    raise ValueError(f'{source}, video {tracks.video.name}, frame {tracks.frames[broken]}, id {tracks.ids[broken]}: '
                     f'the mask does not fill {tracks.video.height} x {tracks.video.width} pixels')
