"""Masks on a small board, to work out by hand."""

import numpy as np

from mmvist.structures import FrameResult, Video, VideoTracks, rle
from mmvist.structures.detections import VideoDetections

HEIGHT, WIDTH = 12, 16
EMPTY = rle.from_run_lengths([HEIGHT * WIDTH], HEIGHT, WIDTH)


def video_of(length, name='board'):
    return Video(name, name, HEIGHT, WIDTH, length, tuple(f'{name}/{frame:06d}.png' for frame in range(length)))


def block(top, left, height, width):
    """A rectangle's mask."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top:top + height, left:left + width] = True
    return rle.encode(mask)


def pixels(mask):
    return rle.decode(mask, HEIGHT, WIDTH)


def result_of(frame, rows, length=3):
    """Rows (label, score, mask)."""
    labels, scores, masks = zip(*rows, strict=True) if rows else ((), (), ())
    return FrameResult(video_of(length), frame, np.arange(len(rows)), np.array(labels, np.int64),
                       np.array(scores, np.float32), rle.bboxes(masks, HEIGHT, WIDTH), tuple(masks))


def segments_of(*frames):
    """Rows (label, score, mask) of each frame."""
    return VideoDetections.from_results([result_of(frame, rows, len(frames)) for frame, rows in enumerate(frames)])


def tracks_of(length, *rows):
    """Rows (frame, id, label, mask, ignore)."""
    return VideoTracks.from_rows(video_of(length), [
        (frame, track, label, 1.0, rle.bboxes([mask], HEIGHT, WIDTH)[0], mask, ignore)
        for frame, track, label, mask, ignore in rows])


def columns(tracks):
    """(frame, id, label, ignore) of each row."""
    return list(zip(tracks.frames.tolist(), tracks.ids.tolist(), tracks.labels.tolist(), tracks.ignore.tolist(),
                    strict=True))
