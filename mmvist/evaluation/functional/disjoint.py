"""Masks that share pixels, which MOTS forbids."""

import logging
from dataclasses import replace

import numpy as np
from pycocotools import mask as coco

from mmvist.structures import VideoTracks, rle

logger = logging.getLogger(__name__)


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
        rows, size = tracks.rows_at(frames[0]), (tracks.video.height, tracks.video.width)
        shared = np.argwhere(np.triu(rle.iou(tracks.masks[rows], tracks.masks[rows], *size), 1) > 0)
        first, second = tracks.ids[rows][shared[0]]
        raise ValueError(f'{source}, video {tracks.video.name}, frame {frames[0]}: the masks of ids {first} and '
                         f'{second} overlap; MOTS wants each pixel in one mask at most ({len(frames)} such frames)')


def cut_overlaps(tracks: VideoTracks) -> VideoTracks:
    """Give each pixel to the highest score of its frame, to the earlier row on a tie; empty masks are dropped."""
    size = tracks.video.height, tracks.video.width
    masks = list(tracks.masks)
    frames = overlapping_frames(tracks)
    for frame in frames:
        rows = tracks.rows_at(frame)
        masks[rows] = rle.make_disjoint(masks[rows], tracks.scores[rows], *size)
    if frames:
        logger.warning('video %s: masks overlap in %d of %d frames; their pixels go to the higher score',
                       tracks.video.name, len(frames), tracks.video.length)
    return replace(tracks, masks=tuple(masks)).select(rle.area(masks, *size) > 0)
