"""Errors of camera motions, by hand, and their signs against what the street world shows."""

import math

import numpy as np
import pytest

from mmvist.evaluation.functional.camera_motion import (
    AHEAD_MOTION,
    camera_motion_errors,
    camera_motion_scores,
    motions_of,
)
from mmvist.worlds import WorldConfig, generate
from mmvist.worlds.camera import make_pose

STILL = np.eye(4)


def between(first, second):
    """The motion between two cameras, each a position and a turn to the right in degrees."""
    return motions_of(np.stack([make_pose(np.array(position, float), np.radians(turn), 0)
                                for position, turn in (first, second)]))[0]


def moved(*position, turn=0):
    return between(((0, 0, 0), 0), (position, turn))


def test_a_camera_that_goes_ahead_sees_points_come_nearer():
    np.testing.assert_allclose(moved(0, 0, 1), AHEAD_MOTION, atol=1e-12)
    np.testing.assert_allclose(moved(0, 0, 2) @ (3, 4, 5, 1), (3, 4, 3, 1))


def test_a_camera_that_turns_right_sees_points_go_left():
    assert (moved(0, 0, 0, turn=10) @ (0, 0, 1, 1))[0] == pytest.approx(-math.sin(math.radians(10)))


@pytest.mark.parametrize(('guess', 'direction'), [
    ((0, 0, 9), 0), ((1, 0, 1), 45), ((0, -2, 0), 90), ((0, 0, -1), 180), ((0, 0, 0), 90),
    ((0, 1e-9, 1), math.degrees(1e-9))])
def test_directions(guess, direction):
    """Lengths do not matter; a motion that goes nowhere counts as a guess."""
    errors = camera_motion_errors(moved(*guess), moved(0, 0, 1), .05)
    assert errors['direction'] == pytest.approx(direction, abs=1e-12)
    assert errors['rotation'] == 0


@pytest.mark.parametrize(('guess', 'truth', 'rotation'), [(0, 7, 7), (7, 7, 0), (-2, 7, 9), (0, 180, 180),
                                                          (1e-6, 0, 1e-6)])
def test_rotations(guess, truth, rotation):
    errors = camera_motion_errors(moved(0, 0, 0, turn=guess), moved(0, 0, 0, turn=truth), .05)
    assert errors == {'rotation': pytest.approx(rotation, abs=1e-12), 'ahead_rotation': pytest.approx(truth)}


def test_rotations_about_different_axes():
    """Two quarter turns about different axes are a third of a turn apart."""
    right, tilted = make_pose(np.zeros(3), np.pi / 2, 0), make_pose(np.zeros(3), 0, np.pi / 2)
    assert camera_motion_errors(right, tilted, .05)['rotation'] == pytest.approx(120)


def test_a_movement_is_seen_from_the_frame_before():
    """Who turns right by 30 degrees while going straight on has gone straight on; and the street may lie anyhow."""
    ahead = camera_motion_errors(STILL, moved(0, 0, 1, turn=30), .05)
    assert (ahead['ahead_direction'], ahead['ahead_rotation']) == pytest.approx((0, 30))
    turned = between(((5, 1, 2), 90), ((6, 1, 2), 90))          # to the right in the world, where it looks
    assert camera_motion_errors(STILL, turned, .05)['ahead_direction'] == pytest.approx(0, abs=1e-6)


def test_small_movements_have_no_direction():
    for distance, names in ((.049, {'rotation', 'ahead_rotation'}),
                            (.051, {'rotation', 'ahead_rotation', 'direction', 'ahead_direction'})):
        assert camera_motion_errors(AHEAD_MOTION, moved(distance, 0, 0), .05).keys() == names


def test_single_precision():
    motion = moved(.3, -.1, 1, turn=3)
    errors = camera_motion_errors(motion.astype(np.float32), motion, .05)
    assert max(errors['direction'], errors['rotation']) < 1e-4


def test_scores_of_several_pairs():
    pairs = [{'rotation': 1., 'ahead_rotation': 0., 'direction': 2., 'ahead_direction': 10.},
             {'rotation': 3., 'ahead_rotation': 0.}, {'rotation': 11., 'ahead_rotation': 3., 'direction': 8.,
                                                     'ahead_direction': 20.}]
    assert camera_motion_scores(pairs) == {
        'direction_mean': 5, 'direction_median': 5, 'rotation_mean': 5, 'rotation_median': 3,
        'ahead_direction_mean': 15, 'ahead_direction_median': 15, 'ahead_rotation_mean': 1, 'ahead_rotation_median': 0,
        'pairs': 3, 'moving_pairs': 2}


def test_no_pairs():
    scores = camera_motion_scores([])
    assert (scores.pop('pairs'), scores.pop('moving_pairs')) == (0, 0)
    assert len(scores) == 8
    assert all(map(math.isnan, scores.values()))


def test_one_frame_has_no_motion():
    assert motions_of(STILL[None]).shape == (0, 4, 4)


@pytest.fixture(scope='module')
def video():
    """A drive past a junction, by the world's own camera."""
    config = WorldConfig(num_train_videos=0, num_val_videos=1, num_frames=4, height=48, width=80, min_objects=0,
                         max_objects=0, full_occlusions=0, look_alikes=0, reentries=0)
    return next(iter(generate(config)))


def test_motions_are_those_that_the_flow_shows(video):
    """Points of one frame, brought into the axes of the frame before, are where the flow to that frame ends."""
    height, width = video.depth.shape[1:]
    pixels = np.stack([*np.meshgrid(np.arange(width), np.arange(height)), np.ones((height, width))], axis=-1)
    for frame, motion in enumerate(motions_of(video.poses), start=1):
        seen = np.isfinite(video.depth[frame]) & video.backward_valid[frame]
        points = pixels[seen] @ np.linalg.inv(video.intrinsics).T * video.depth[frame][seen][:, None]
        before = (points - motion[:3, 3]) @ motion[:3, :3] @ video.intrinsics.T
        flow = before[:, :2] / before[:, 2:] - pixels[seen][:, :2]
        np.testing.assert_allclose(flow, video.backward_flow[frame][seen], atol=1e-3)
        assert seen.sum() > 100


def test_the_world_drives_ahead(video):
    for motion in motions_of(video.poses):
        errors = camera_motion_errors(motion, motion, .01)
        assert max(errors['direction'], errors['rotation']) < 1e-4
        assert 0 < errors['ahead_direction'] < 5                # it sways and looks down a little
        assert 0 < errors['ahead_rotation'] < 2
        backwards = camera_motion_errors(np.linalg.inv(motion), motion, .01)
        assert backwards['direction'] > 175
