"""A textured rectangle in the world, and how it is seen.

A plane's image is a homography: (a, b, 1), in metres from the texture's top left corner, goes to a homogeneous pixel
whose last entry is the depth. Its inverse therefore takes a pixel (x, y, 1) to (a, b, 1) / depth: three maps that are
affine in the pixel, exact, and one addition each.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from mmvist.worlds.camera import Camera

NEAREST = 0.5  # metres before the camera from which planes are drawn


@dataclass(frozen=True, eq=False)
class Texture:
    """An image with a scale, and its reduced copies.

    Attributes:
        pixels: (h, w, 3) uint8 BGR, or (h, w, 4) BGRA with colours already multiplied by alpha.
        density: Texture pixels a metre, (across, down).
    """

    pixels: np.ndarray
    density: tuple[float, float]
    _levels: dict[tuple[int, int], np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> tuple[float, float]:
        """Metres (across, down)."""
        return self.pixels.shape[1] / self.density[0], self.pixels.shape[0] / self.density[1]

    def level(self, across: int, down: int) -> np.ndarray:
        """The texture averaged over blocks of (about) 2**down rows and 2**across columns."""
        if across == down == 0:
            return self.pixels
        key = (across, down)
        if key not in self._levels:
            height, width = self.pixels.shape[:2]
            finer = self.level(across - 1, down) if across else self.level(0, down - 1)
            size = (max(width >> across, 1), max(height >> down, 1))
            self._levels[key] = cv2.resize(finer, size, interpolation=cv2.INTER_AREA)
        return self._levels[key]

    def warp(self, view: 'View', box: tuple[int, int, int, int], at: tuple[float, float], border: int) -> np.ndarray:
        """Draw the texture into a window of the image.

        Args:
            view: How the plane with this texture is seen.
            box: Window x0, y0, x1, y1 in pixels, ends excluded.
            at: Pixel (x, y) whose footprint on the texture decides how far the texture is reduced.
            border: OpenCV's border rule for what lies beside the texture.

        Returns:
            (y1 - y0, x1 - x0, channels) uint8.
        """
        across, down = view.footprint(at)
        # Bilinear reading spans two texture pixels, so a footprint of one to two is left to it.
        texture = self.level(_octaves(across * self.density[0]), _octaves(down * self.density[1]))
        x, y = self.size[0] / texture.shape[1], self.size[1] / texture.shape[0]
        to_metres = np.array([[x, 0, x / 2], [0, y, y / 2], [0, 0, 1]])
        to_window = np.array([[1.0, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1]])
        return cv2.warpPerspective(texture, to_window @ view.homography @ to_metres, (box[2] - box[0], box[3] - box[1]),
                                   flags=cv2.INTER_LINEAR, borderMode=border)


class View:
    """How a plane is seen by a camera.

    Attributes:
        homography: (3, 3) metres on the plane, (a, b, 1), to homogeneous pixels with the depth as last entry.
        inverse: (3, 3) its inverse, pixels (x, y, 1) to (a, b, 1) / depth.
    """

    def __init__(self, camera: Camera, basis: np.ndarray) -> None:
        self.homography = camera.projection @ basis
        self.homography[:, 2] -= camera.projection @ camera.position
        self.inverse = np.linalg.inv(self.homography)

    def inverse_depth(self, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """One over the depth of the unbounded plane, in 1/m, at the pixels xs x ys; negative behind the camera."""
        return _affine_map(self.inverse[2], xs, ys)

    def cut_out(self, size: tuple[float, float], xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """Like `inverse_depth`, but 0 where the ray misses the rectangle of `size` metres."""
        nearness = self.inverse_depth(xs, ys)
        result = np.maximum(nearness, 0)
        for row, extent in zip(self.inverse[:2], size, strict=True):
            position = _affine_map(row, xs, ys)
            result *= (position >= 0) & (position <= extent * nearness)
        return result

    def footprint(self, at: tuple[float, float]) -> tuple[float, float]:
        """Metres of the plane, (across, down), that the pixel (x, y) covers."""
        q = self.inverse @ (at[0], at[1], 1.0)
        jacobian = (self.inverse[:2, :2] - np.outer(q[:2] / q[2], self.inverse[2, :2])) / q[2]
        return tuple(np.abs(jacobian).max(axis=1).tolist())


@dataclass(frozen=True, eq=False)
class Plane:
    """A texture hung up in the world.

    Attributes:
        origin: (3,) where the texture's top left corner is, in metres.
        across: (3,) metres in the world for a metre along the texture's rows.
        down: (3,) metres in the world for a metre along the texture's columns.
        texture: What is on it.
    """

    origin: np.ndarray
    across: np.ndarray
    down: np.ndarray
    texture: Texture

    @property
    def basis(self) -> np.ndarray:
        """(3, 3) that takes (a, b, 1) on the plane into the world."""
        return np.array([self.across, self.down, self.origin]).T

    @property
    def corners(self) -> np.ndarray:
        """(4, 3) in the world, clockwise from the texture's top left."""
        width, height = self.texture.size
        return np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]]) @ self.basis.T


def windows(corners: np.ndarray, camera: Camera, margin: int) -> np.ndarray:
    """Pixels that planes may reach.

    Args:
        corners: (P, 4, 3) in the world.
        camera: The camera.
        margin: How far around the image to look, in image sizes.

    Returns:
        (P, 4) int64: x0, y0, x1, y1, ends excluded; x0 = x1 or y0 = y1 for a plane out of sight, everything for one
        that reaches past the camera.
    """
    limits = np.array([camera.width, camera.height])
    low, high = -margin * limits, (1 + margin) * limits
    pixels = (corners - camera.position) @ camera.projection.T
    depth = pixels[..., 2:]
    pixels = pixels[..., :2] / np.where(np.abs(depth) < NEAREST, NEAREST, depth)
    boxes = np.concatenate([np.clip(np.floor(pixels.min(axis=1)), low, high),
                            np.clip(np.ceil(pixels.max(axis=1)) + 1, low, high)], axis=1)
    boxes[depth.min(axis=(1, 2)) < NEAREST] = [*low, *high]
    boxes[depth.max(axis=(1, 2)) < NEAREST] = 0
    return boxes.astype(np.int64)


def _affine_map(row: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """One row of an inverse homography over a window, (len(ys), len(xs))."""
    return (row[1] * ys + row[2])[:, None] + (row[0] * xs)[None]


def _octaves(texels: float) -> int:
    return min(max(int(np.floor(np.log2(max(texels, 1.0)) + 0.25)), 0), 8)
