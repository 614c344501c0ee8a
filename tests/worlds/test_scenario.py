from dataclasses import replace

import numpy as np
import pytest

from mmvist.worlds import SPLITS, WorldConfig
from mmvist.worlds.hard_cases import STAGED_KINDS
from mmvist.worlds.roles import boxes_in_view, draft
from mmvist.worlds.scenario import make_scene, staged_kinds


def test_kinds_take_turns():
    config = WorldConfig()
    assert [staged_kinds(config, index) for index in range(5)] == [
        STAGED_KINDS[:1], STAGED_KINDS[1:2], STAGED_KINDS[2:], (), STAGED_KINDS[:1]]


def test_kinds_have_their_own_periods():
    config = WorldConfig(full_occlusions=1.0, look_alikes=0.5, reentries=0.0)
    assert [staged_kinds(config, index) for index in range(3)] == [STAGED_KINDS[:1], STAGED_KINDS[:2], STAGED_KINDS[:1]]


@pytest.mark.parametrize('split', SPLITS)
def test_every_split_of_the_default_world_stages_every_kind(split):
    config = WorldConfig()
    staged = {kind for index in range(config.num_videos(split)) for kind in staged_kinds(config, index)}
    assert staged == set(STAGED_KINDS)


def test_a_moment_does_not_fit_into_two_frames():
    assert staged_kinds(WorldConfig(num_frames=2), 0) == ()


def test_equal_seeds_cast_equal_scenes(tiny):
    first, second, other = (make_scene(tiny, np.random.default_rng(seed), STAGED_KINDS[1:2]) for seed in (1, 1, 2))
    assert [actor.id for actor in first.actors] == list(range(1, len(first.actors) + 1))
    for one, two in zip(first.actors, second.actors, strict=True):
        assert np.array_equal(one.texture.pixels, two.texture.pixels)
        assert np.array_equal(one.path, two.path)
    assert not np.array_equal(first.cameras[0].pose, other.cameras[0].pose)


def test_look_alikes_share_their_looks_and_their_class(tiny):
    scene = make_scene(tiny, np.random.default_rng(0), STAGED_KINDS[1:2])
    looks = [(actor.label, actor.looks) for actor in scene.actors]
    assert len(set(looks)) == len(looks) - 1


def test_the_camera_keeps_to_the_speed_limit(tiny):
    for seed in range(5):
        scene = make_scene(replace(tiny, camera_speed=2.0, min_objects=0, max_objects=0),
                           np.random.default_rng(seed), ())
        assert scene.actors == ()
        steps = np.diff([camera.position for camera in scene.cameras], axis=0)
        assert (np.abs(steps[:, :2]) < 1e-12).all()
        assert (steps[:, 2] <= 2.0 / tiny.fps + 1e-12).all()


@pytest.mark.parametrize(('drives', 'expected'), [(0.0, 0), (1.0, 12)])
def test_in_which_videos_the_camera_drives(tiny, drives, expected):
    config = replace(tiny, num_frames=20, camera_speed=6.0, drives=drives, min_objects=0, max_objects=0)
    scenes = [make_scene(config, np.random.default_rng(seed), ()) for seed in range(12)]
    # At least a third of the fastest; where it does not drive, it goes a metre and a half in all.
    fast = [scene.cameras[-1].position[2] > 19 / tiny.fps * 0.3 * 6.0 for scene in scenes]
    assert sum(fast) == expected
    assert all(scene.cameras[-1].position[2] <= 1.5 for scene, far in zip(scenes, fast, strict=True) if not far)
    staged = make_scene(replace(config, drives=1.0), np.random.default_rng(0), STAGED_KINDS[1:2])
    assert staged.cameras[-1].position[2] <= 1.5


def test_well_in_view_means_mostly_inside_and_of_good_size(make_camera):
    cameras = [make_camera()] * 4
    # 1.75 metres at z = 6 are 8.75 of 40 rows; then beside the image, behind the camera, and far away.
    person = draft(np.random.default_rng(0), 1, 'front', np.array([0, 30, 0, 0.0]), np.array([6, 6, -6, 60.0]), 4)
    boxes, seen = boxes_in_view(person, cameras)
    assert seen.tolist() == [True, False, False, False]
    np.testing.assert_allclose(boxes[0], [30 - 5 * 0.35, 20 - 5 * 1.75, 30 + 5 * 0.35, 20])
    assert boxes[2].tolist() == [0, 0, 0, 0]
