"""Boxes beside the masks they belong to."""

import numpy as np

from mmvist.structures import VideoTracks, rle


def box_errors(tracks: VideoTracks) -> np.ndarray:
    """How far a side of each row's box lies from that of its mask at most, (R,) float64 in pixels.

    It is 0 where there is no mask, or an empty one.
    """
    size = tracks.video.height, tracks.video.width
    errors = np.zeros(len(tracks))
    rows = np.flatnonzero(np.array([mask is not None for mask in tracks.masks], bool))
    masks = [tracks.masks[row] for row in rows.tolist()]
    distances = np.abs(tracks.bboxes[rows] - rle.bboxes(masks, *size)).max(axis=1, initial=0)
    errors[rows] = np.where(rle.area(masks, *size) > 0, distances, 0)
    return errors
