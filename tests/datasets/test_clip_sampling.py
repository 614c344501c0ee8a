import numpy as np
import pytest

from mmvist.datasets.clip_sampling import ContiguousClip, RandomPair
from mmvist.registry import TASK_UTILS


def test_reference_is_any_other_valid_frame():
    valid, sampler, rng = np.array([0, 2, 5, 6]), RandomPair(), np.random.default_rng(0)
    clips = [sampler(5, valid, 8, rng) for _ in range(600)]
    assert {clip[0] for clip in clips} == {(5, True)}
    references, times = np.unique([clip[1].index for clip in clips], return_counts=True)
    assert references.tolist() == [0, 2, 6]
    assert not any(clip[1].key for clip in clips)
    assert times.min() > 160      # 200 each; four standard deviations are 46


def test_both_frames_can_be_key():
    clip = RandomPair(both_key=True)(2, np.array([2, 4]), 8, np.random.default_rng(0))
    assert clip == [(2, True), (4, True)]


def test_a_single_valid_frame_is_its_own_reference():
    assert RandomPair()(3, np.array([3]), 8, np.random.default_rng(0)) == [(3, True), (3, False)]


@pytest.mark.parametrize(('key', 'length', 'expected'), [
    (0, 9, [0, 1, 2, 3]),       # begins with the key
    (5, 9, [5, 6, 7, 8]),
    (6, 9, [5, 6, 7, 8]),       # shifted in at the end
    (8, 9, [5, 6, 7, 8]),
    (1, 4, [0, 1, 2, 3]),
    (1, 3, [0, 1, 2, 2]),       # too short: the last frame again
    (0, 1, [0, 0, 0, 0]),
])
def test_contiguous(key, length, expected):
    clip = ContiguousClip(4)(key, np.array([key]), length, np.random.default_rng(0))
    assert [frame.index for frame in clip] == expected
    assert all(frame.key for frame in clip)


def test_errors():
    with pytest.raises(ValueError, match='length must be at least 1, got 0'):
        TASK_UTILS.build(dict(type='ContiguousClip', length=0))
    with pytest.raises(TypeError, match='lenght'):
        TASK_UTILS.build(dict(type='ContiguousClip', length=2, lenght=3))
