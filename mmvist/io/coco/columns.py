"""Rows of many videos in one table, cut into the videos' tracks."""

from collections.abc import Sequence

import numpy as np

from mmvist.structures import Video, VideoTracks


def cut(videos: Sequence[Video], owners: np.ndarray, frames: np.ndarray, ids: np.ndarray, labels: np.ndarray,
        scores: np.ndarray, bboxes: np.ndarray, masks: Sequence[bytes | None], ignore: np.ndarray
        ) -> tuple[VideoTracks, ...]:
    """Tracks of every video; rows of a frame stay in the order given.

    Args:
        videos: The videos.
        owners: (R,) int64, index of each row's video; the other columns are those of `VideoTracks`, in any order.
        frames: See `VideoTracks`.
        ids: See `VideoTracks`.
        labels: See `VideoTracks`.
        scores: See `VideoTracks`.
        bboxes: See `VideoTracks`.
        masks: See `VideoTracks`.
        ignore: See `VideoTracks`.
    """
    order = np.lexsort((frames, owners))
    edges = np.searchsorted(owners[order], np.arange(len(videos) + 1)).tolist()
    columns = [column[order] for column in (frames, ids, labels, scores, bboxes)]
    sorted_masks, sorted_ignore = [masks[row] for row in order.tolist()], ignore[order]
    return tuple(VideoTracks(video, *(column[first:last] for column in columns), tuple(sorted_masks[first:last]),
                             sorted_ignore[first:last])
                 for video, first, last in zip(videos, edges[:-1], edges[1:], strict=True))


def repeated(*columns: np.ndarray) -> np.ndarray:
    """Rows, by rising number, that agree in all columns with a row before them."""
    order = np.lexsort(columns)
    is_same = np.ones(max(len(order) - 1, 0), bool)
    for column in columns:
        is_same &= np.diff(column[order]) == 0
    return np.sort(order[1:][is_same])


def xywh(bboxes: np.ndarray) -> np.ndarray:
    """Boxes (R, 4) float64 as x, y, width, height, such that their sums give xyxy again where any do."""
    corners = bboxes[:, :2].astype(np.float64)
    ends = bboxes[:, 2:].astype(np.float64)
    sizes = ends - corners
    for limit in (-np.inf, np.inf):
        near = np.nextafter(sizes, limit)
        sizes = np.where((corners + sizes != ends) & (corners + near == ends), near, sizes)
    return np.hstack([corners, sizes])
