from dataclasses import replace

import cv2
import numpy as np

from mmvist.worlds.annotate import render_video
from mmvist.worlds.config import WorldConfig
from mmvist.worlds.plane import Plane, Texture
from mmvist.worlds.render import render
from mmvist.worlds.scene import Scene
from mmvist.worlds.street import AHEAD, DOWN, RIGHT

CONFIG = WorldConfig(height=40, width=60, num_frames=2, min_area=1)
FIRST = 2       # surface of the first actor: 0 is the sky, 1 the street's only plane


def test_a_rectangle_fills_the_pixels_whose_rays_meet_it(make_camera, make_street, make_actor):
    # About two by one metres at z = 10: x from -1 to 1, columns 27..33; y from -1 to 0, rows 17..20.
    scene = Scene(make_street(), (make_actor(1, [(0, 0, 10)], width=2.1),), (make_camera(),))
    frame = render(scene, 0)
    rows, columns = np.nonzero(frame.surfaces == FIRST)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (27, 33, 17, 20)
    np.testing.assert_allclose(frame.inverse_depth[18, 30], 0.1)
    assert frame.image[18, 30].tolist() == [0, 0, 40]
    assert frame.image[5, 5].tolist() == [255, 255, 255]
    assert frame.silhouettes.tolist() == [[7 * 4, 7 * 4]]


def test_the_nearer_of_two_wins_whatever_their_order(make_camera, make_street, make_actor):
    near, far = make_actor(1, [(0, 0, 5)]), make_actor(2, [(0.4, 0, 10)], width=2.1)
    for actors in ((near, far), (far, near)):
        alone = [render(Scene(make_street(), (actor,), (make_camera(),)), 0).surfaces == FIRST for actor in actors]
        both = render(Scene(make_street(), actors, (make_camera(),)), 0)
        masks = [both.surfaces == FIRST + index for index in range(2)]
        first, second = (0, 1) if actors[0] is near else (1, 0)
        assert np.array_equal(masks[first], alone[first])
        assert np.array_equal(masks[second], alone[second] & ~alone[first])
        assert (alone[0] & alone[1]).any()
        assert both.silhouettes[:, 1].tolist() == [mask.sum() for mask in alone]


def test_of_two_at_the_same_depth_the_later_one_is_in_front(make_camera, make_street, make_actor):
    actors = (make_actor(1, [(0, 0, 10)], width=2.1), make_actor(2, [(1, 0, 10)], width=2.1))
    surfaces = render(Scene(make_street(), actors, (make_camera(),)), 0).surfaces
    assert surfaces[18, 31] == FIRST + 1
    assert surfaces[18, 28] == FIRST


def test_a_wall_hides_who_is_behind_it(make_camera, make_street, make_actor, make_texture):
    wall = Plane(np.array([0.0, -5, 8]), RIGHT, DOWN, make_texture(10, 10))     # right half of the view
    scene = Scene(make_street((wall,)), (make_actor(1, [(0, 0, 10)], width=4.1),), (make_camera(),))
    frame = render(scene, 0)
    assert (frame.surfaces[18, 24:30] == FIRST + 1).all()
    assert (frame.surfaces[18, 30:37] == 2).all()
    assert frame.silhouettes[0, 1] == 13 * 4


def test_outlines_reach_beyond_the_image(make_camera, make_street, make_actor):
    # x from 9 to 11 at z = 10 is 57..63, of which 57..59 are inside.
    scene = Scene(make_street(), (make_actor(1, [(10, 0, 10)], width=2.1),), (make_camera(),))
    assert render(scene, 0).silhouettes.tolist() == [[7 * 4, 3 * 4]]


def test_nobody_is_seen_behind_or_at_the_camera(make_camera, make_street, make_actor):
    actors = (make_actor(1, [(0, 0, -3)]), make_actor(2, [(0, 0, 0.2)]), make_actor(3, [(90, 0, 10)]))
    frame = render(Scene(make_street(), actors, (make_camera(),)), 0)
    assert not frame.surfaces.any()
    assert frame.silhouettes[:2].tolist() == [[0, 0], [0, 0]]
    assert frame.silhouettes[2, 1] == 0


def test_an_empty_scene_has_neither_tracks_nor_hard_cases(make_camera, make_street):
    video = render_video(CONFIG, Scene(make_street(), (), (make_camera(), make_camera())), 'train', 0)
    assert len(video.tracks) == 0
    assert video.visibility.shape == (2, 0)
    assert video.hard_cases == ()
    assert np.isinf(video.depth).all()
    assert video.backward_valid[1].all()
    assert not video.backward_valid[0].any()


def test_small_remains_count_as_hidden(make_camera, make_street, make_actor):
    actors = (make_actor(1, [(0, 0, 10)] * 2), make_actor(2, [(5, 0, 10)] * 2, width=2.1))
    scene = Scene(make_street(), actors, (make_camera(), make_camera()))
    areas = render_video(CONFIG, scene, 'train', 0).areas
    assert areas.tolist() == [[12, 28]] * 2
    video = render_video(replace(CONFIG, min_area=13), scene, 'train', 0)
    assert video.areas.tolist() == [[0, 28]] * 2
    assert video.tracks.ids.tolist() == [2, 2]


def test_flow_and_validity_of_a_hand_made_scene(make_camera, make_street, make_actor):
    # It steps two metres, six pixels, to the right at z = 10 and covers 27..33 after 21..27.
    scene = Scene(make_street(), (make_actor(1, [(-2, 0, 10), (0, 0, 10)], width=2.1),), (make_camera(), make_camera()))
    video = render_video(CONFIG, scene, 'train', 0)
    np.testing.assert_allclose(video.backward_flow[1, 18, 27:34], [[-6, 0]] * 7, atol=1e-5)
    np.testing.assert_allclose(video.forward_flow[0, 18, 21:28], [[6, 0]] * 7, atol=1e-5)
    assert video.backward_valid[1, 18, 27:34].all()
    assert not video.backward_valid[1, 18, 21:27].any()     # sky that it hid before
    assert not video.forward_valid[0, 18, 28:34].any()      # sky that it is going to hide
    assert video.backward_valid[1, 18, :21].all()


def test_warping_a_smooth_wall_by_the_flow_reproduces_the_frame(make_camera, make_street):
    x, y = np.meshgrid(np.arange(400), np.arange(400))
    grey = 128 + 50 * np.sin(x / 23) + 40 * np.cos(y / 31)
    wall = Plane(np.array([-10.0, -10, 6]), AHEAD * 0.2 + RIGHT * 0.96 ** 0.5, DOWN,
                 Texture(np.repeat(grey[..., None], 3, axis=2).astype(np.uint8), (20.0, 20.0)))
    scene = Scene(make_street((wall,)), (), (make_camera(), make_camera((0.3, 0.1, 1.0), yaw=0.05)))
    video = render_video(CONFIG, scene, 'train', 0)
    rows, columns = np.mgrid[:40, :60].astype(np.float32)
    source = video.backward_flow[1] + np.stack([columns, rows], axis=2)
    warped = cv2.remap(video.images[0], source[..., 0], source[..., 1], cv2.INTER_LINEAR)
    valid = cv2.erode((video.backward_valid[1] & np.isfinite(video.depth[1])).astype(np.uint8), np.ones((3, 3))) > 0
    assert valid.mean() > 0.5
    assert np.abs(warped[valid].astype(int) - video.images[1][valid]).max() <= 3
