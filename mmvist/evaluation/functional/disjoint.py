"""Masks that share pixels, which MOTS forbids."""

from dataclasses import replace

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import VideoTracks, rle


def overlapping_frames(tracks: VideoTracks) -> list[int]:
    """Frames in which masks share pixels."""
    size = tracks.video.height, tracks.video.width
    areas = rle.area(tracks.masks, *size)
    frames = []
    for frame in np.flatnonzero(np.diff(tracks.offsets) > 1).tolist():
        rows = tracks.rows_at(frame)
        union = coco.merge(rle.as_coco(tracks.masks[rows], *size))
        if coco.area(union) != areas[rows].sum():
            frames.append(frame)
    return frames


def refuse_overlaps(tracks: VideoTracks, source: str) -> None:
    """Raise ValueError, with the first place, when masks of a frame share pixels."""
    frames = overlapping_frames(tracks)
    if frames:
        ids = tracks.ids[tracks.rows_at(frames[0])]
        first, second = ids[np.argwhere(_shared(tracks, frames[0]))[0]]
        raise ValueError(f'{source}, video {tracks.video.name}, frame {frames[0]}: the masks of ids {first} and '
                         f'{second} overlap; MOTS wants each pixel in one mask at most ({len(frames)} such frames)')


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
