"""Frames and results for drawing."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.structures import FrameResult, Video


@pytest.fixture
def result(box_mask):
    """`result(frame, (id, label, score, box[, masked]), ...)`: filled boxes, in a video of 400x500 (HxW)."""
    def build(frame, *rows, video=None, summaries=None):
        video = video or Video('street', 'street', 400, 500, 9)
        boxes = np.array([row[3] for row in rows], np.float32).reshape(-1, 4)
        masks = tuple(None if row[4:] == (False,) else box_mask(row[3], video.height, video.width) for row in rows)
        return FrameResult(video, frame, np.array([row[0] for row in rows], np.int64),
                           np.array([row[1] for row in rows], np.int64),
                           np.array([row[2] for row in rows], np.float32), boxes, masks, summaries)
    return build


@pytest.fixture
def embedded(result):
    """`embedded(frame, {id: embedding}, background)`: instances that each have one embedding, a tenth of 400x500.

    Instance k is the box of 100x100 pixels with its corner at column 100 k; embeddings are broadcast to 4 numbers.
    """
    def build(frame, embeddings, background=0.):
        rows = [(track, 0, .5, (100 * track, 100, 100 * track + 100, 200)) for track in embeddings]
        embedding = np.empty((4, 40, 50), np.float32)
        embedding[:] = background
        for track, values in embeddings.items():
            embedding[:, 10:20, 10 * track:10 * track + 10] = np.reshape(values, (4, 1, 1))
        return replace(result(frame, *rows), features={'embedding': embedding})
    return build


@pytest.fixture
def image():
    """Grey 100, and read-only: nothing may be drawn into it."""
    grey = np.full((400, 500, 3), 100, np.uint8)
    grey.setflags(write=False)
    return grey
