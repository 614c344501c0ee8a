import cv2
import numpy as np

from mmvist.worlds.plane import Plane, Texture, View, windows
from mmvist.worlds.street import AHEAD, DOWN, RIGHT


def test_homography_agrees_with_projecting_the_points(make_camera, make_texture):
    camera = make_camera((0.5, -1, 1), yaw=0.2)
    plane = Plane(np.array([-1.0, -2, 9]), RIGHT, DOWN, make_texture(3, 2))
    pixels, depth = camera.project(plane.corners)
    image = View(camera, plane.basis).homography @ np.array([[0, 3, 3, 0], [0, 0, 2, 2], [1, 1, 1, 1]])
    np.testing.assert_allclose(image[2], depth)
    np.testing.assert_allclose((image[:2] / image[2]).T, pixels)


def test_depth_of_the_ground_is_height_times_focal_length_over_rows_below_the_horizon(make_camera, make_texture):
    camera = make_camera((0, -1.5, 0))
    plane = Plane(np.array([-50.0, 0, 100]), RIGHT, -AHEAD, make_texture(100, 100))
    nearness = View(camera, plane.basis).cut_out(plane.texture.size, np.arange(60), np.arange(40))
    expected = np.maximum(np.arange(40) - 20, 0) / (1.5 * 30)
    np.testing.assert_allclose(nearness[:, 30], expected, atol=1e-12)


def test_rays_beside_the_rectangle_miss_it(make_camera, make_texture):
    # At z = 10 a metre is three pixels: x from 26.7 to 33.3, y from 19.7 to 26.3.
    plane = Plane(np.array([-1.1, -0.1, 10]), RIGHT, DOWN, make_texture(2.2, 2.2))
    nearness = View(make_camera(), plane.basis).cut_out(plane.texture.size, np.arange(60), np.arange(40))
    rows, columns = np.nonzero(nearness)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (27, 33, 20, 26)
    np.testing.assert_allclose(nearness[nearness > 0], 0.1)


def test_a_plane_behind_the_camera_is_not_seen(make_camera, make_texture):
    plane = Plane(np.array([-1.0, -1, -10]), RIGHT, DOWN, make_texture(2, 2))
    assert not View(make_camera(), plane.basis).cut_out((2, 2), np.arange(60), np.arange(40)).any()


def test_windows_cover_the_corners_and_know_what_is_out_of_sight(make_camera, make_texture):
    def corners(x, z):
        return Plane(np.array([x, 0.0, z]), RIGHT, DOWN, make_texture(2, 2)).corners

    seen, behind, beside, reaching_past = windows(np.stack([
        corners(-1, 10), corners(-1, -10), corners(50, 10),
        Plane(np.array([1.0, 0, -5]), AHEAD, DOWN, make_texture(20, 2)).corners]), make_camera(), margin=0).tolist()
    assert seen == [27, 20, 34, 27]
    assert behind == [0, 0, 0, 0]
    assert beside[0] == beside[2]
    assert reaching_past == [0, 0, 60, 40]


def test_windows_reach_around_the_image_by_the_margin(make_camera, make_texture):
    plane = Plane(np.array([-100.0, -100, 10]), RIGHT, DOWN, make_texture(200, 200))
    assert windows(plane.corners[None], make_camera(), margin=1)[0].tolist() == [-60, -40, 120, 80]


def test_levels_average_blocks():
    texture = Texture(np.array([[[0], [10]], [[20], [30]]], np.uint8).repeat(3, axis=2), (1.0, 1.0))
    assert texture.level(1, 1).tolist() == [[[15, 15, 15]]]
    assert texture.level(0, 1)[0, :, 0].tolist() == [10, 20]
    assert texture.level(1, 0)[:, 0, 0].tolist() == [5, 25]
    assert texture.level(5, 5).shape == (1, 1, 3)


def test_a_texture_with_one_pixel_a_pixel_is_drawn_unchanged(make_camera):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    texture = Texture(pixels, (3.0, 3.0))           # at z = 10 a metre is three pixels
    # The left border of texture pixel 0 lies half a pixel before the centre of image pixel 30.
    plane = Plane(np.array([-0.5 / 3, -0.5 / 3, 10]), RIGHT, DOWN, texture)
    drawn = texture.warp(View(make_camera(), plane.basis), (30, 20, 42, 28), (35, 24), cv2.BORDER_CONSTANT)
    assert np.array_equal(drawn, pixels)


def test_a_far_texture_is_averaged_rather_than_sampled(make_camera):
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    texture = Texture(stripes, (48.0, 48.0))        # 16 texture pixels a pixel at z = 10
    plane = Plane(np.array([-0.5, -0.5, 10]), RIGHT, DOWN, texture)
    drawn = texture.warp(View(make_camera(), plane.basis), (29, 19, 32, 22), (30, 20), cv2.BORDER_REPLICATE)
    assert np.abs(drawn.astype(int) - 100).max() <= 1
