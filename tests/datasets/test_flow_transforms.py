"""True flow on its way through a pipeline."""

import numpy as np
import pytest

from mmvist.datasets.clip import Clip, ClipFrame, Objects
from mmvist.datasets.transforms import (
    LoadFlow,
    PackClip,
    RandomCropClip,
    RandomFlipClip,
    RandomScaleClip,
    ResizeClip,
)
from mmvist.io.flow import HIDDEN, SEEN, UNKNOWN, write_flow
from mmvist.structures import Video

VIDEO = Video(1, 'street', 6, 8, 9)


@pytest.fixture
def root(tmp_path):
    """Flow of (x, 10 + y), hidden in row 1, unknown in row 2; the other way round it is all -1."""
    flow = np.stack(np.meshgrid(np.arange(8.), 10 + np.arange(6.)), axis=-1)
    known = np.full((6, 8), SEEN, np.uint8)
    known[1], known[2] = HIDDEN, UNKNOWN
    write_flow(flow, known, tmp_path / 'back' / 'street' / '00004.png')
    write_flow(-np.ones((6, 8, 2)), np.ones((6, 8), bool), tmp_path / 'ahead' / 'street' / '00003.png')
    return tmp_path


def clip_of(*indices):
    nothing = Objects(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool),
                      np.zeros((0, 6, 8), np.uint8))
    return Clip(VIDEO, tuple(ClipFrame(index, True, f'{index}.png', image=np.zeros((6, 8, 3), np.uint8),
                                       objects=nothing) for index in indices))


def loaded(root, *indices):
    load = LoadFlow(f'{root}/back/{{video}}/{{frame:05d}}.png', f'{root}/ahead/{{video}}/{{frame:05d}}.png')
    return load.transform(clip_of(*indices), None).frames


def test_flow_between_the_two_frames_of_a_clip(root):
    first, second = loaded(root, 3, 4)
    assert first.flow is None
    assert second.flow_ahead is None
    assert (first.flow_ahead == [-1, -1, 1]).all()
    assert second.flow.dtype == np.float32
    assert second.flow[0].tolist() == [[x, 10, 1] for x in range(8)]
    assert second.flow[1].tolist() == [[x, 11, 1] for x in range(8)]
    assert not second.flow[2].any()


@pytest.mark.parametrize('indices', [(4, 5), (4, 4), (2, 4)])
def test_nothing_is_known_without_a_file_or_of_frames_that_do_not_follow(root, indices):
    # Such a clip is left out.
    load = LoadFlow(f'{root}/back/{{video}}/{{frame:05d}}.png', f'{root}/ahead/{{video}}/{{frame:05d}}.png')
    assert load.transform(clip_of(*indices), None) is None
    first, second, third = loaded(root, 3, 4, indices[1] + 1)
    assert second.flow.any()
    assert not second.flow_ahead.any()
    assert not third.flow.any()


def test_files_of_another_size_and_paths_that_cannot_be(root):
    write_flow(np.zeros((5, 8, 2)), np.ones((5, 8), bool), root / 'back' / 'street' / '00007.png')
    with pytest.raises(ValueError, match=r'00007.png: must be of the size of video street, 6x8 \(HxW\), got 5x8'):
        loaded(root, 6, 7)
    with pytest.raises(ValueError, match=r"LoadFlow: a path may use \{video\} and \{frame\}, got '\{name\}'"):
        LoadFlow('{name}', '{frame}')


def changed(root, transform, seed=0):
    clip = Clip(VIDEO, loaded(root, 3, 4))
    return transform.transform(clip, np.random.default_rng(seed)).frames


def test_mirrored_flow_goes_the_other_way(root):
    first, second = changed(root, RandomFlipClip(1.0))
    assert second.flow[0].tolist() == [[-x, 10, 1] for x in range(7, -1, -1)]
    assert (first.flow_ahead == [1, -1, 1]).all()


def test_flow_grows_with_the_image_and_what_is_unknown_stays_so(root):
    first, second = changed(root, ResizeClip((16, 18), keep_ratio=False))
    assert second.flow.shape == (18, 16, 3)
    assert (first.flow_ahead == [-2, -3, 1]).all()
    assert second.flow[0].tolist() == [[2 * (x // 2), 30, 1] for x in range(16)]
    assert second.flow[..., 2].all(axis=1).tolist() == [True] * 6 + [False] * 3 + [True] * 9
    assert not second.flow[6:9].any()


def test_every_scale_is_applied(root):
    first, _ = changed(root, RandomScaleClip(.5, .5))
    assert first.flow_ahead.shape == (3, 4, 3)
    assert (first.flow_ahead == [-.5, -.5, 1]).all()


def test_cut_flow_needs_no_object(root):
    whole = loaded(root, 3, 4)[1].flow
    for seed in range(8):
        first, second = changed(root, RandomCropClip((3, 2)), seed)
        assert second.flow.shape == first.flow_ahead.shape == (2, 3, 3)
        assert any(np.array_equal(second.flow, whole[top:top + 2, left:left + 3])
                   for top in range(5) for left in range(6))
    assert RandomCropClip((3, 2)).transform(clip_of(3, 4), np.random.default_rng(1)) is None


def test_packed(root):
    packed = PackClip().transform(Clip(VIDEO, loaded(root, 3, 4)), None)['data_samples']
    assert packed[1].gt_flow.shape == packed[0].gt_flow_ahead.shape == (3, 6, 8)
    assert packed[1].gt_flow[:, 3, 5].tolist() == [5, 13, 1]
    assert 'gt_flow' not in packed[0]
    assert 'gt_flow_ahead' not in packed[1]
