"""Masks that share pixels, which MOTS forbids."""

from dataclasses import replace

import numpy as np

from mmvist.structures import VideoTracks, rle
from mmvist.structures.runs import SortedRuns
from mmvist.structures.video_runs import frame_portions, runs_of


def overlapping_frames(tracks: VideoTracks) -> list[int]:
    """Frames in which masks share pixels."""
    num_pixels = tracks.video.height * tracks.video.width
    frames: set[int] = set()
    for start, stop in frame_portions(tracks, tracks):
        runs = SortedRuns.of(runs_of(tracks, start, stop, 'results'))
        behind = np.flatnonzero(runs.starts[1:] < np.maximum.accumulate(runs.ends)[:-1])
        frames.update((start + runs.starts[1:][behind] // max(num_pixels, 1)).tolist())
    return sorted(frames)


def cut_overlaps(tracks: VideoTracks) -> tuple[VideoTracks, int]:
    """Give each pixel to the highest score of its frame, to the earlier row on a tie; empty masks are dropped.

    Returns:
        The tracks, and in how many frames masks overlapped.
    """
    size = tracks.video.height, tracks.video.width
    masks = list(tracks.masks)
    frames = overlapping_frames(tracks)
    for frame in frames:
        rows = tracks.rows_at(frame).start + np.flatnonzero(_shared(tracks, frame).any(axis=1))
        cut = rle.make_disjoint([masks[row] for row in rows], tracks.scores[rows], *size)
        for row, mask in zip(rows, cut, strict=True):
            masks[row] = mask
    return replace(tracks, masks=tuple(masks)).select(rle.area(masks, *size) > 0), len(frames)


def _shared(tracks: VideoTracks, frame: int) -> np.ndarray:
    """Which masks of a frame share pixels with which others, (N, N) bool."""
    masks = tracks.masks[tracks.rows_at(frame)]
    shared = rle.iou(masks, masks, tracks.video.height, tracks.video.width) > 0
    np.fill_diagonal(shared, False)
    return shared
