"""Builders that several test folders share, as fixtures that return functions."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mmvist.structures import Video, VideoTracks, rle

TOOLS = Path(__file__).parents[1] / 'tools'


def _box_mask(box: Sequence[int], height: int, width: int) -> bytes:
    mask = np.zeros((height, width), bool)
    mask[box[1]:box[3], box[0]:box[2]] = True
    return rle.encode(mask)


def _make_video_tracks(rows: Sequence[tuple], name: str = 'street', length: int = 4, height: int = 12, width: int = 16,
                       video_id: int | str | None = None, **video: object) -> VideoTracks:
    video = Video(name if video_id is None else video_id, name, height, width, length, **video)
    filled = []
    for frame, track, label, box, *rest in rows:
        score, ignore = [*rest, *(1.0, False)[len(rest):]]
        filled.append((frame, track, label, score, box, _box_mask(box, height, width), ignore))
    return VideoTracks.from_rows(video, filled)


@pytest.fixture(scope='session')
def box_mask() -> Callable[..., bytes]:
    """`box_mask((x1, y1, x2, y2), height, width)`: the counts of a filled box."""
    return _box_mask


@pytest.fixture(scope='session')
def make_video_tracks() -> Callable[..., VideoTracks]:
    """`make_video_tracks(rows, name, length, height, width)`: tracks of filled boxes.

    A row is (frame, id, label, (x1, y1, x2, y2)[, score[, ignore]]), box in whole pixels.
    """
    return _make_video_tracks


@pytest.fixture(scope='session')
def square_moving_right() -> Callable[..., VideoTracks]:
    """`square_moving_right(length, step, size)`: one object, id 1, label 0, that moves `step` pixels a frame."""

    def build(length: int = 4, step: int = 2, size: int = 4, **video: object) -> VideoTracks:
        rows = [(frame, 1, 0, (frame * step, 2, frame * step + size, 2 + size)) for frame in range(length)]
        return _make_video_tracks(rows, length=length, **video)

    return build


@pytest.fixture(scope='session')
def load_tool() -> Callable[[str], ModuleType]:
    """`load_tool('eval')`: the module `tools/eval.py`."""

    def build(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f'{name}_tool', TOOLS / f'{name}.py')
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return build
