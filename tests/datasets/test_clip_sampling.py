import numpy as np
import pytest

from mmvist.datasets.clip_sampling import ContiguousClip, GuidedPair, Neighbours, RandomPair
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


@pytest.mark.parametrize(('key', 'length', 'starts'), [
    (0, 9, {0}),
    (1, 9, {0, 1}),
    (5, 9, {2, 3, 4, 5}),
    (6, 9, {3, 4, 5}),          # shifted in at the end
    (8, 9, {5}),
    (1, 4, {0}),
])
def test_contiguous_clips_hold_their_key_at_every_place(key, length, starts):
    rng = np.random.default_rng(0)
    clips = [[frame.index for frame in ContiguousClip(4)(key, np.array([key]), length, rng)] for _ in range(60)]
    assert {clip[0] for clip in clips} == starts
    assert all(clip == list(range(clip[0], clip[0] + 4)) and key in clip for clip in clips)


@pytest.mark.parametrize(('length', 'expected'), [(3, [0, 1, 2, 2]), (1, [0, 0, 0, 0])])
def test_short_videos_repeat_their_last_frame(length, expected):
    clip = ContiguousClip(4)(0, np.array([0]), length, np.random.default_rng(0))
    assert [frame.index for frame in clip] == expected
    assert all(frame.key for frame in clip)


@pytest.mark.parametrize(('key', 'length', 'frames'), [
    (3, 8, (2, 3, 4)), (0, 8, (0, 0, 1)), (7, 8, (6, 7, 7)), (0, 1, (0, 0, 0))])
def test_neighbours_whether_they_show_objects_or_not(key, length, frames):
    clip = Neighbours()(key, np.array([key]), length, np.random.default_rng(0))
    assert clip == list(zip(frames, (False, True, False), strict=True))


@pytest.mark.parametrize(('key', 'valid', 'pair'), [
    (5, [0, 2, 5, 6], (2, 5)),
    (2, [0, 2, 5, 6], (0, 2)),
    (0, [0, 2, 5, 6], (0, 2)),          # nothing is before the first
    (3, [3], (3, 3)),
])
def test_a_guide_a_frame_and_the_next(key, valid, pair):
    rng = np.random.default_rng(0)
    clips = [GuidedPair()(key, np.array(valid), 8, rng) for _ in range(100)]
    assert {clip[1:] for clip in map(tuple, clips)} == {((pair[0], False), (pair[1], True))}
    assert {clip[0] for clip in clips} == {(frame, False) for frame in valid}


def test_errors():
    with pytest.raises(ValueError, match='length must be at least 1, got 0'):
        TASK_UTILS.build(dict(type='ContiguousClip', length=0))
    with pytest.raises(TypeError, match='lenght'):
        TASK_UTILS.build(dict(type='ContiguousClip', length=2, lenght=3))
