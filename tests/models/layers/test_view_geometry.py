"""Depth, motions and projection: closed forms, and the exact depth, flow and poses of the street world.

The world stores poses camera to world, axes x right, y down, z ahead, and counts pixels from the centre of the top left
one, as `view_geometry` does; so the motion from a target's axes to a source's is inverse(source pose) @ target pose.
"""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from mmvist.models.layers.view_geometry import (
    NEAREST,
    back_project,
    depth_from_disparity,
    inverse_motion,
    motion_from_pose,
    pixel_intrinsics,
    project,
    warp,
)
from mmvist.structures import rle
from mmvist.worlds import WorldConfig, generate_video
from mmvist.worlds.annotate import render_video
from mmvist.worlds.camera import Camera, make_intrinsics, make_pose
from mmvist.worlds.plane import Plane, Texture
from mmvist.worlds.scene import Scene
from mmvist.worlds.street import AHEAD, DOWN, RIGHT, Street

TURNS = [[0., 0, 0], [1e-9, 0, -2e-9], [.004, -.003, .008], [.0099999, 0, 0], [.0100001, 0, 0], [.3, -.2, .1],
         [0, np.pi, 0], [-2., 2.5, 1.5]]
SKY = 1e6       # metres, in place of infinity, which has no place in space


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn(*shape, seed=0):
    return torch.rand(shape, generator=generator(seed), dtype=torch.float64)


def shifted(x, y, z):
    return motion_from_pose(torch.tensor([[0, 0, 0, x, y, z]], dtype=torch.float64))


def camera(height, width, focal=10.):
    """(1, 3, 3), principal point in the middle."""
    return torch.tensor([[[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]]], dtype=torch.float64)


def pixels(grid):
    """(B, H, W, 2) right, down in pixels."""
    height, width = grid.shape[1:3]
    return ((grid + 1) * grid.new_tensor([width, height]) - 1) / 2


def raster(height, width):
    """Where the pixels are, (H, W, 2)."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')
    return torch.stack([columns, rows], dim=2).double()


@pytest.mark.parametrize(('sigmoid', 'depth'), [(0., 100.), (1., .1), (.5, 1 / 5.005), (.25, 1 / 2.5075)])
def test_depth_of_a_disparity(sigmoid, depth):
    assert depth_from_disparity(torch.tensor(sigmoid)).item() == pytest.approx(depth)


def test_depth_between_other_ends():
    assert depth_from_disparity(torch.tensor([0., 1.]), 2., 50.).tolist() == pytest.approx([50, 2])


def test_rotations_are_those_of_scipy():
    poses = torch.cat([torch.tensor(TURNS, dtype=torch.float64), drawn(len(TURNS), 3)], dim=1)
    motions = motion_from_pose(poses)
    expected = torch.from_numpy(Rotation.from_rotvec(np.array(TURNS)).as_matrix())
    torch.testing.assert_close(motions[:, :3, :3], expected, rtol=0, atol=1e-15)
    assert torch.equal(motions[:, :3, 3], poses[:, 3:])
    assert torch.equal(motions[:, 3], torch.tensor([0., 0, 0, 1]).double().expand(len(TURNS), 4))


def test_no_pose_is_no_motion():
    assert torch.equal(motion_from_pose(torch.zeros(2, 6)), torch.eye(4).expand(2, 4, 4))


@pytest.mark.parametrize('turn', TURNS)
def test_gradient_of_a_motion(turn):
    poses = torch.tensor([[*turn, .1, -.2, .3]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(motion_from_pose, poses, atol=1e-8)


def test_without_rotation_the_derivative_is_the_cross_product():
    jacobian = torch.autograd.functional.jacobian(motion_from_pose, torch.zeros(1, 6))[0, :, :, 0]
    assert jacobian[:3, :3, 0].tolist() == [[0, 0, 0], [0, 0, -1], [0, 1, 0]]
    assert jacobian[:3, :3, 1].tolist() == [[0, 0, 1], [0, 0, 0], [-1, 0, 0]]
    assert jacobian[:3, :3, 2].tolist() == [[0, -1, 0], [1, 0, 0], [0, 0, 0]]


def test_single_precision_keeps_its_digits():
    poses = torch.cat([torch.tensor(TURNS), torch.zeros(len(TURNS), 3)], dim=1)
    torch.testing.assert_close(motion_from_pose(poses).double(), motion_from_pose(poses.double()), rtol=0, atol=5e-7)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_mixed_precision_reaches_poses_but_not_motions(dtype):
    poses = (drawn(3, 6) - .5).to(dtype)
    with torch.autocast('cpu', torch.bfloat16):
        motions = motion_from_pose(poses)
        back = inverse_motion(motions)
    assert motions.dtype == torch.float32
    torch.testing.assert_close(motions, motion_from_pose(poses.float()))
    torch.testing.assert_close(back @ motions, torch.eye(4).expand(3, 4, 4), rtol=0, atol=1e-6)


def test_there_and_back():
    motions = motion_from_pose(4 * drawn(5, 6) - 2)
    back = inverse_motion(motions)
    torch.testing.assert_close(back @ motions, torch.eye(4).double().expand(5, 4, 4))
    torch.testing.assert_close(back, torch.linalg.inv(motions))


def test_relative_intrinsics_are_counted_from_the_outer_corner():
    relative = torch.tensor([[.75, 0, .5], [0, .75 * 320 / 192, .5], [0, 0, 1]], dtype=torch.float64)
    torch.testing.assert_close(pixel_intrinsics(relative, 192, 320), torch.from_numpy(make_intrinsics(192, 320)))
    batch = pixel_intrinsics(relative.expand(2, 3, 3), 192, 320)
    assert batch.shape == (2, 3, 3)


def test_a_pixel_of_half_the_size_sees_the_same_way():
    # The corner that four pixels share is the centre of the large one they make.
    relative = torch.tensor([[.6, 0, .4], [0, .9, .3], [0, 0, 1]], dtype=torch.float64)
    fine = back_project(torch.ones(1, 1, 8, 12).double(), pixel_intrinsics(relative, 8, 12)[None])
    coarse = back_project(torch.ones(1, 1, 4, 6).double(), pixel_intrinsics(relative, 4, 6)[None])
    torch.testing.assert_close(torch.nn.functional.avg_pool2d(fine, 2), coarse)


def test_points_by_hand():
    depth = torch.full((1, 1, 3, 5), 4.).double()
    depth[0, 0, 2, 4] = 20
    points = back_project(depth, camera(3, 5))
    assert points[0, :, 1, 2].tolist() == [0, 0, 4]
    assert points[0, :, 0, 1].tolist() == pytest.approx([-.4, -.4, 4])
    assert points[0, :, 2, 4].tolist() == pytest.approx([4, 2, 20])


def test_unmoved_points_are_where_they_were():
    depth = .1 + 50 * drawn(2, 1, 6, 9)
    intrinsics = camera(6, 9, focal=7.).expand(2, 3, 3)
    grid = project(back_project(depth, intrinsics), intrinsics, torch.eye(4).double().expand(2, 4, 4))
    torch.testing.assert_close(pixels(grid), raster(6, 9).expand(2, 6, 9, 2))


@pytest.mark.parametrize('size', [(6, 9), (7, 4), (1, 3)])
def test_without_motion_an_image_is_itself(size):
    image = drawn(1, 3, *size)
    depth = .1 + 50 * drawn(1, 1, *size, seed=1)
    torch.testing.assert_close(warp(image, depth, torch.eye(4).double()[None], camera(*size)), image)


@pytest.mark.parametrize(('right', 'down'), [(3, 0), (-2, 0), (0, 1), (-1, 2)])
def test_along_a_plane_the_image_shifts_by_focal_length_over_depth(right, down):
    # f t / z = 10 t / 5 pixels; points come to lie on the other side of where the camera went.
    image = drawn(1, 3, 6, 9)
    depth = torch.full((1, 1, 6, 9), 5.).double()
    moved = warp(image, depth, shifted(right * 5 / 10, down * 5 / 10, 0), camera(6, 9))
    rows, columns = (torch.arange(6) + down).clamp(0, 5), (torch.arange(9) + right).clamp(0, 8)
    torch.testing.assert_close(moved, image[:, :, rows][..., columns])


def test_between_pixels_the_image_is_linear():
    image = drawn(1, 1, 4, 6)
    moved = warp(image, torch.full((1, 1, 4, 6), 5.).double(), shifted(.125, 0, 0), camera(4, 6))
    torch.testing.assert_close(moved[..., :-1], .75 * image[..., :-1] + .25 * image[..., 1:])
    torch.testing.assert_close(moved[..., -1], image[..., -1])


def test_about_the_optical_axis_the_image_turns():
    image, depth = drawn(1, 2, 5, 5), 1 + 9 * drawn(1, 1, 5, 5, seed=1)
    quarter = motion_from_pose(torch.tensor([[0, 0, np.pi / 2, 0, 0, 0]]).double())
    torch.testing.assert_close(warp(image, depth, quarter, camera(5, 5)), torch.rot90(image, dims=(2, 3)))


def test_towards_a_wall_the_image_grows_about_the_principal_point():
    # From 10 m to 8 m: by 10 / 8.
    intrinsics = camera(5, 9)
    grid = project(back_project(torch.full((1, 1, 5, 9), 10.).double(), intrinsics), intrinsics, shifted(0, 0, -2))
    middle = torch.tensor([4, 2]).double()
    torch.testing.assert_close(pixels(grid)[0], (raster(5, 9) - middle) * 10 / 8 + middle)


def test_each_of_a_batch_has_its_own_motion_and_intrinsics():
    image, depth = drawn(3, 2, 5, 7), 2 + drawn(3, 1, 5, 7, seed=1)
    motions = motion_from_pose(.2 * drawn(3, 6, seed=2))
    intrinsics = torch.cat([camera(5, 7, focal) for focal in (5., 8., 12.)])
    together = warp(image, depth, motions, intrinsics)
    alone = [warp(image[k:k + 1], depth[k:k + 1], motions[k:k + 1], intrinsics[k:k + 1]) for k in range(3)]
    torch.testing.assert_close(together, torch.cat(alone))


@pytest.mark.parametrize('back', [5., 5.5, 100., 5 - NEAREST / 2])
def test_what_is_behind_the_camera_is_the_lower_right_corner(back):
    image = drawn(1, 3, 4, 6).requires_grad_()
    depth = torch.full((1, 1, 4, 6), 5.).double()
    depth[..., 3:] = 200
    depth.requires_grad_()
    motion = shifted(0, 0, -back).requires_grad_()
    moved = warp(image, depth, motion, camera(4, 6))
    assert (moved[..., :3] == image[..., -1:, -1:]).all()
    moved[..., :3].sum().backward()
    assert not depth.grad.any()
    assert not motion.grad.any()
    assert image.grad[..., -1, -1].tolist() == [[12, 12, 12]]


def test_gradient_of_a_warp():
    image, depth = drawn(2, 2, 4, 5), 3 + drawn(2, 1, 4, 5, seed=1)
    poses = torch.tensor([[.01, -.02, .05, .1, .07, -.2], [0, 0, 0, .12, -.13, .17]], dtype=torch.float64)
    intrinsics = camera(4, 5).expand(2, 3, 3)
    inputs = [value.requires_grad_() for value in (image, depth, poses)]
    assert torch.autograd.gradcheck(lambda image, depth, poses: warp(image, depth, motion_from_pose(poses), intrinsics),
                                    inputs)


def world_video(index, **knobs):
    """A video of three frames; every visible pixel of an object is annotated."""
    config = WorldConfig(num_train_videos=6, num_val_videos=0, num_frames=3, height=96, width=160, min_area=1, noise=0.,
                         **knobs)
    return generate_video(config, 'train', index)


def empty_street(index):
    """Without objects, so that nothing moves but the camera."""
    return world_video(index, min_objects=0, max_objects=0, full_occlusions=0., look_alikes=0., reentries=0.)


def geometry(video, other):
    """Depth of frame 1, motion to frame 0 or 2, intrinsics: a batch of one, float64."""
    depth = np.where(np.isinf(video.depth[1]), SKY, video.depth[1].astype(np.float64))
    motion = np.linalg.inv(video.poses[other]) @ video.poses[1]
    return (torch.from_numpy(depth)[None, None], torch.from_numpy(motion)[None],
            torch.from_numpy(video.intrinsics)[None])


@pytest.mark.parametrize('other', [0, 2])
@pytest.mark.parametrize('index', range(4))
def test_flow_of_what_stands_still_is_that_of_the_world(index, other):
    video = world_video(index, min_objects=4, max_objects=7)
    depth, motion, intrinsics = geometry(video, other)
    found = pixels(project(back_project(depth, intrinsics), intrinsics, motion))[0] - raster(96, 160)
    world = (video.backward_flow if other == 0 else video.forward_flow)[1]
    objects = video.tracks.masks[video.tracks.rows_at(1)]
    still = ~rle.decode_all(objects, 96, 160).any(0)
    assert .3 < still.mean() < 1
    assert np.abs(world[still]).max() > 1
    np.testing.assert_allclose(found.numpy()[still], world[still], rtol=0, atol=1e-3)


def test_a_street_is_put_together_from_another_place():
    video = empty_street(1)
    images = torch.from_numpy(video.images).permute(0, 3, 1, 2).double() / 255
    for other, seen in ((0, video.backward_valid[1]), (2, video.forward_valid[1])):
        depth, motion, intrinsics = geometry(video, other)
        seen = torch.from_numpy(seen)
        warped = (warp(images[other:other + 1], depth, motion, intrinsics)[0] - images[1]).abs().mean(0)[seen]
        unwarped = (images[other] - images[1]).abs().mean(0)[seen]
        # What is left is that bilinear reading blurs fine texture: of half of the pixels, less than two grey levels.
        assert warped.median() < 2 / 255
        assert warped.mean() < .4 * unwarped.mean()


@pytest.mark.parametrize('other', [0, 2])
def test_a_smooth_wall_is_put_together_to_the_grey_level(other):
    video = smooth_wall()
    images = torch.from_numpy(video.images).permute(0, 3, 1, 2).double()
    depth, motion, intrinsics = geometry(video, other)
    seen = torch.from_numpy((video.backward_valid if other == 0 else video.forward_valid)[1])
    assert seen.double().mean() > .5
    assert (images[other] - images[1]).abs()[:, seen].max() > 20
    # One level for each of the images' rounding, and one for reading between pixels.
    assert (warp(images[other:other + 1], depth, motion, intrinsics)[0] - images[1]).abs()[:, seen].max() < 3


def smooth_wall():
    """Three frames of a slanting wall without fine texture, from places that differ in all six ways but roll."""
    columns, rows = np.meshgrid(np.arange(400), np.arange(400))
    grey = (128 + 50 * np.sin(columns / 23) + 40 * np.cos(rows / 31)).astype(np.uint8)
    wall = Plane(np.array([-10., -10, 6]), AHEAD * .2 + RIGHT * .96 ** .5, DOWN,
                 Texture(np.dstack([grey] * 3), (20., 20.)))
    # A plane far behind every camera stands in for the ground.
    nowhere = Plane(np.array([0, 0, -1e3]), RIGHT, DOWN, Texture(np.zeros((9, 9, 3), np.uint8), (1., 1.)))
    sky = Plane(np.array([-9., -9, 1]), RIGHT, DOWN, Texture(np.full((18, 18, 3), 255, np.uint8), (1., 1.)))
    poses = ((0., 0., 0.), 0., 0.), ((.3, .1, 1.), .05, .02), ((.2, -.2, 1.5), -.03, .04)
    cameras = tuple(Camera(make_intrinsics(40, 60), make_pose(np.array(position), yaw, pitch), 40, 60)
                    for position, yaw, pitch in poses)
    street = Street((nowhere, wall), 1, sky, (), (1., 1., 1.), 1e12)
    config = WorldConfig(height=40, width=60, num_frames=3, min_area=1)
    return render_video(config, Scene(street, (), cameras), 'train', 0)
