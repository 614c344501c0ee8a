"""Pixels that several masks of a frame have in common."""

import numpy as np

from mmvist.structures import rle
from mmvist.structures.runs import SortedRuns
from mmvist.structures.video import VideoTracks
from mmvist.structures.video_runs import frame_portions, runs_of


def overlapping_pixels(tracks: VideoTracks) -> dict[int, int]:
    """Pixels that lie in more than one mask, by frame, rising; frames without such are left out.

    Args:
        tracks: With a mask in every row.

    Raises:
        ValueError: A mask is broken.
    """
    num_pixels = tracks.video.height * tracks.video.width
    shared = {}
    for start, stop in frame_portions(tracks, tracks):
        runs = SortedRuns.of(runs_of(tracks, start, stop, 'masks'))
        if runs.disjoint:
            continue
        # How many masks a pixel lies in, told at every pixel where one begins or ends.
        edges = np.concatenate([runs.starts, runs.ends])
        order = np.argsort(edges)
        depths = np.cumsum(np.repeat([1, -1], len(runs.starts))[order])[:-1]
        lengths = np.diff(edges[order]) * (depths > 1)
        frames = edges[order][:-1] // num_pixels
        totals = np.bincount(frames, lengths, stop - start).astype(np.int64)
        shared |= {start + frame: int(totals[frame]) for frame in np.flatnonzero(totals).tolist()}
    return shared


def overlapping_rows(tracks: VideoTracks, frame: int) -> np.ndarray:
    """Pairs of rows of a frame whose masks share pixels, (K, 2) int64, each pair once."""
    rows = tracks.rows_at(frame)
    masks = tracks.masks[rows]
    shared = rle.iou(masks, masks, tracks.video.height, tracks.video.width) > 0
    return rows.start + np.argwhere(np.triu(shared, 1))
