import numpy as np
import pytest

from mmvist.worlds.camera import Camera, make_intrinsics, make_pose


def test_intrinsics_have_square_pixels_and_their_centre_between_the_middle_pixels():
    assert make_intrinsics(4, 8).tolist() == [[6, 0, 3.5], [0, 6, 1.5], [0, 0, 1]]


def test_a_point_ahead_is_projected_by_similar_triangles(make_camera):
    pixels, depth = make_camera((1, 0, 2)).project(np.array([[1, 0, 12], [3, -1, 12.0]]))
    assert pixels.tolist() == [[30, 20], [36, 17]]
    assert depth.tolist() == [10, 10]


def test_yaw_turns_to_the_right_and_pitch_downwards():
    np.testing.assert_allclose(make_pose(np.zeros(3), np.pi / 2, 0)[:3, 2], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(make_pose(np.zeros(3), 0, np.pi / 2)[:3, 2], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize(('yaw', 'pitch'), [(0.3, 0.1), (-1.0, 0.5)])
def test_the_optical_axis_meets_the_principal_point(yaw, pitch):
    pose = make_pose(np.array([3.0, -1, 2]), yaw, pitch)
    camera = Camera(make_intrinsics(40, 60), pose, 40, 60)
    pixels, depth = camera.project(pose[:3, 3] + 7 * pose[:3, 2])
    np.testing.assert_allclose([*pixels, depth], [29.5, 19.5, 7])
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
