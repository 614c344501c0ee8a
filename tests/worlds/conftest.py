"""A world that is small enough to be rendered in every run, and an empty stage for scenes built by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from mmvist.worlds import WorldConfig, generate
from mmvist.worlds.camera import Camera, make_pose
from mmvist.worlds.plane import Plane, Texture
from mmvist.worlds.scene import Actor
from mmvist.worlds.street import DOWN, RIGHT, Street

TINY = WorldConfig(num_train_videos=3, num_val_videos=3, num_frames=6, height=64, width=96, min_area=1,
                   min_objects=2, max_objects=3, noise=0.0)


@pytest.fixture(scope='session')
def tiny() -> WorldConfig:
    """Three videos of 64 x 96 pixels and six frames a split, no noise, every visible pixel annotated."""
    return TINY


@pytest.fixture(scope='session')
def tiny_videos() -> list:
    """The rendered videos of `tiny`."""
    return list(generate(TINY))


@pytest.fixture(scope='session')
def make_camera() -> Callable[..., Camera]:
    """`make_camera(position, yaw)`: 40 x 60 pixels, focal length 30, principal point (30, 20)."""

    def build(position: tuple[float, float, float] = (0, 0, 0), yaw: float = 0.0) -> Camera:
        intrinsics = np.array([[30.0, 0, 30], [0, 30, 20], [0, 0, 1]])
        return Camera(intrinsics, make_pose(np.array(position, float), yaw, 0.0), 40, 60)

    return build


@pytest.fixture(scope='session')
def make_texture() -> Callable[..., Texture]:
    """`make_texture(width, height, colour)`: one opaque colour, ten pixels a metre."""

    def build(width: float, height: float, colour: tuple[int, int, int] = (10, 20, 30)) -> Texture:
        pixels = np.full((round(height * 10), round(width * 10), 4), 255, np.uint8)
        pixels[..., :3] = colour
        return Texture(pixels, (10.0, 10.0))

    return build


@pytest.fixture(scope='session')
def make_actor(make_texture: Callable) -> Callable[..., Actor]:
    """`make_actor(track_id, feet, width, height)`: an opaque rectangle of class 0 standing at `feet` (T, 3).

    Sizes just above whole metres keep the outline away from the centres of pixels.
    """

    def build(track_id: int, feet: list, width: float = 1.1, height: float = 1.1) -> Actor:
        path = np.array(feet, float)
        path[:, 1] += 0.05
        return Actor(track_id, 0, track_id, make_texture(width, height, (0, 0, 40 * track_id)), path)

    return build


@pytest.fixture(scope='session')
def make_street(make_texture: Callable) -> Callable[..., Street]:
    """`make_street(walls)`: white sky and given planes, no ground, no haze."""

    def build(walls: tuple[Plane, ...] = ()) -> Street:
        # A plane far behind every camera stands in for the ground.
        nowhere = Plane(np.array([0, 0, -1e3]), RIGHT, DOWN, make_texture(1, 1))
        sky = Plane(np.array([-9.0, -9, 1]), RIGHT, DOWN, Texture(np.full((18, 18, 3), 255, np.uint8), (1.0, 1.0)))
        return Street((nowhere, *walls), 1, sky, (), (1.0, 1.0, 1.0), 1e12)

    return build
