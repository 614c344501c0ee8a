"""Masks that share pixels, which MOTS forbids."""

from dataclasses import replace

import numpy as np

from mmvist.structures import VideoTracks, rle
from mmvist.structures.overlaps import overlapping_pixels, overlapping_rows


def cut_overlaps(tracks: VideoTracks) -> tuple[VideoTracks, int]:
    """Give each pixel to the highest score of its frame, to the earlier row on a tie; empty masks are dropped.

    Returns:
        The tracks, and in how many frames masks overlapped.
    """
    size = tracks.video.height, tracks.video.width
    masks = list(tracks.masks)
    frames = overlapping_pixels(tracks)
    for frame in frames:
        rows = np.unique(overlapping_rows(tracks, frame))
        cut = rle.make_disjoint([masks[row] for row in rows], tracks.scores[rows], *size)
        for row, mask in zip(rows, cut, strict=True):
            masks[row] = mask
    return replace(tracks, masks=tuple(masks)).select(rle.area(masks, *size) > 0), len(frames)
