"""A video before it is rendered: the street, who is in it, and where the camera goes."""

from dataclasses import dataclass

import numpy as np

from mmvist.worlds.camera import Camera
from mmvist.worlds.plane import Plane, Texture
from mmvist.worlds.street import AHEAD, DOWN, RIGHT, Street


@dataclass(frozen=True, eq=False)
class Actor:
    """An object: an upright picture that faces down the street and glides along a path without turning.

    Attributes:
        id: Track id, from 1.
        label: Index into `config.CLASSES`.
        looks: Equal for objects of the same class that cannot be told apart by sight.
        texture: The picture.
        path: (T, 3) where the middle of its lower edge is at each frame, in metres.
    """

    id: int
    label: int
    looks: int
    texture: Texture
    path: np.ndarray

    def plane(self, frame: int) -> Plane:
        """The picture where it hangs in one frame."""
        return stand(self.texture, self.path[frame])


@dataclass(frozen=True, eq=False)
class Scene:
    """All that decides a video's pixels, but the sensor's noise.

    Attributes:
        street: What stands still.
        actors: The objects, in the order of their ids.
        cameras: One a frame.
    """

    street: Street
    actors: tuple[Actor, ...]
    cameras: tuple[Camera, ...]

    def __len__(self) -> int:
        return len(self.cameras)


def stand(texture: Texture, foot: np.ndarray) -> Plane:
    """Hang a picture upright, its lower edge centred on `foot` (3,)."""
    width, height = texture.size
    return Plane(foot - np.array([width / 2, height, 0]), RIGHT, DOWN, texture)


def lie(texture: Texture, foot: np.ndarray, width: float, depth: float) -> Plane:
    """Lay a picture on the ground around `foot` (3,), stretched to some metres."""
    across, down = texture.size
    return Plane(np.array([foot[0] - width / 2, 0, foot[2] + depth / 2]), RIGHT * (width / across),
                 -AHEAD * (depth / down), texture)
