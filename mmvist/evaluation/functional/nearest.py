"""Tracks at another size of their frames, by nearest neighbour."""

from dataclasses import replace

import numpy as np
from pycocotools import mask as coco

from mmvist.evaluation.functional.similarity import require_masks
from mmvist.structures import VideoTracks, rle
from mmvist.structures.nearest import nearest
from mmvist.structures.video_runs import runs_of


def resized(tracks: VideoTracks, height: int, width: int, source: str) -> VideoTracks:
    """Tracks as they look when frames are `height` x `width` pixels; masks that nothing is left of are dropped.

    A new pixel is the old one that its centre lies in, as in Pillow, through which the code of Hu et al. (2019)
    resizes; OpenCV takes the one that its upper left corner lies in. By this rule masks that were enlarged by it come
    back as they were. Masks without a common pixel stay so.

    Args:
        tracks: One video's.
        height: New rows of a frame.
        width: New columns of a frame.
        source: What to call the tracks in an error.

    Raises:
        ValueError: A row has no mask, or a broken one.
    """
    require_masks(tracks, source)
    video = tracks.video
    small = replace(video, height=height, width=width)
    if len(tracks) == 0:
        return replace(tracks, video=small)
    # Only refuses broken masks: pycocotools would write them beyond their image.
    runs_of(tracks, 0, video.length, source)
    rows, columns = nearest(video.height, height), nearest(video.width, width)
    masks: list[bytes] = []
    for first, last in zip(tracks.offsets[:-1].tolist(), tracks.offsets[1:].tolist(), strict=True):
        if first < last:
            pixels = coco.decode(rle.as_coco(tracks.masks[first:last], video.height, video.width))
            # Columns first, as they lie in memory.
            pixels = pixels.T.take(columns, axis=1).take(rows, axis=2).T
            masks += [mask['counts'] for mask in coco.encode(pixels)]
    found = replace(tracks, video=small, masks=tuple(masks), bboxes=rle.bboxes(masks, height, width).astype(np.float64))
    return found.select(rle.area(masks, height, width) > 0)
