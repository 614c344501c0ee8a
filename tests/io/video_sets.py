"""Video sets as they come back from files, and what is told of files that are refused."""

from collections.abc import Callable

import numpy as np
import pytest

from mmvist.io.problems import FormatError
from mmvist.structures import VideoSet


def assert_same(one: VideoSet, other: VideoSet) -> None:
    """Every value and every type of two sets."""
    assert (one.classes, one.category_ids) == (other.classes, other.category_ids)
    assert [tracks.video for tracks in one.videos] == [tracks.video for tracks in other.videos]
    for first, second in zip(one.videos, other.videos, strict=True):
        for column in ('frames', 'ids', 'labels', 'scores', 'bboxes', 'ignore'):
            np.testing.assert_array_equal(getattr(first, column), getattr(second, column), column, strict=True)
        assert first.masks == second.masks


def problems_of(call: Callable, *args: object, **kwargs: object) -> tuple[str, ...]:
    """What a call that must be refused finds wrong."""
    with pytest.raises(FormatError) as caught:
        call(*args, **kwargs)
    return caught.value.problems
