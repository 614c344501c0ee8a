import numpy as np
import pytest

from mmvist.worlds.flow import rigid_flow, visible_there

STILL = np.zeros((1, 3))
ONE_SURFACE = np.zeros((40, 60), np.int16)


def wall(depth):
    return np.full((40, 60), 1 / depth)


def test_driving_towards_a_wall_makes_it_grow_about_the_principal_point(make_camera):
    flow, reached = rigid_flow(wall(10), ONE_SURFACE, STILL, make_camera(), make_camera((0, 0, 2)))
    x, y = np.meshgrid(np.arange(60) - 30, np.arange(40) - 20)
    np.testing.assert_allclose(flow, np.stack([x, y], axis=2) * (10 / 8 - 1), atol=1e-12)
    np.testing.assert_allclose(reached, 1 / 8)


def test_an_object_moves_by_focal_length_over_depth(make_camera):
    flow, _ = rigid_flow(wall(10), ONE_SURFACE, np.array([[2.0, -1, 0]]), make_camera(), make_camera())
    np.testing.assert_allclose(flow, np.broadcast_to([6, -3], flow.shape), atol=1e-12)


def test_an_object_that_moves_with_the_camera_stays(make_camera):
    flow, _ = rigid_flow(wall(10), ONE_SURFACE, np.array([[0, 0, 3.0]]), make_camera(), make_camera((0, 0, 3)))
    np.testing.assert_allclose(flow, 0, atol=1e-12)


def test_the_sky_moves_by_rotation_alone(make_camera):
    sky = np.zeros((40, 60))
    flow, reached = rigid_flow(sky, ONE_SURFACE, STILL, make_camera(), make_camera((5, 1, 9)))
    assert np.abs(flow).max() < 1e-12
    assert not reached.any()
    flow, _ = rigid_flow(sky, ONE_SURFACE, STILL, make_camera(), make_camera(yaw=0.1))
    np.testing.assert_allclose(flow[20, 30], [-30 * np.tan(0.1), 0], atol=1e-12)


def test_points_behind_the_other_camera_have_no_flow(make_camera):
    flow, reached = rigid_flow(wall(2), ONE_SURFACE, STILL, make_camera(), make_camera((0, 0, 5)))
    assert not flow.any()
    assert (reached < 0).all()


@pytest.mark.parametrize(('shift', 'expected'), [
    (0.0, [True, True, True, True]),
    (1.0, [True, False, True, False]),      # surface 7 ends after its second pixel; the last leaves the image
    (-0.4, [True, True, True, True]),       # rounds to the pixel itself
    (-0.6, [False, True, False, True]),
])
def test_visible_where_the_same_surface_is_found(shift, expected):
    surfaces = np.array([[7, 7, 8, 8]], np.int16)
    flow = np.zeros((1, 4, 2))
    flow[..., 0] = shift
    assert visible_there(flow, np.ones((1, 4)), surfaces, surfaces).tolist() == [expected]


def test_nothing_is_visible_behind_the_other_camera():
    surfaces = np.zeros((1, 2), np.int16)
    assert not visible_there(np.zeros((1, 2, 2)), np.full((1, 2), -1.0), surfaces, surfaces).any()
