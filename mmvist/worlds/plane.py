"""A textured rectangle in the world, and how it is seen.

A plane's image is a homography: (a, b, 1), in metres from the texture's top left corner, goes to a homogeneous pixel
whose last entry is the depth. Its inverse therefore takes a pixel (x, y, 1) to (a, b, 1) / depth: three maps that are
affine in the pixel, exact, and one addition each.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from mmvist.worlds.camera import Camera


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
        key = (across, down)
        if key not in self._levels:
            height, width = self.pixels.shape[:2]
            size = (max(width >> across, 1), max(height >> down, 1))
            self._levels[key] = cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)
        return self._levels[key]

    def warp(self, homography: np.ndarray, box: tuple[int, int, int, int], at: tuple[float, float],
             border: int) -> np.ndarray:
        """Draw the texture into a window of the image.

        Args:
            homography: (3, 3) metres on the texture to pixels.
            box: Window x0, y0, x1, y1 in pixels, ends excluded.
            at: Pixel (x, y) whose footprint on the texture decides how far the texture is reduced.
            border: OpenCV's border rule for what lies beside the texture.

        Returns:
            (y1 - y0, x1 - x0, channels) uint8.
        """
        across, down = _footprint(np.linalg.inv(homography), at)
        # Bilinear reading spans two texture pixels, so a footprint of one to two is left to it.
        texture = self.level(_octaves(across * self.density[0]), _octaves(down * self.density[1]))
        x, y = self.size[0] / texture.shape[1], self.size[1] / texture.shape[0]
        to_metres = np.array([[x, 0, x / 2], [0, y, y / 2], [0, 0, 1]])
        to_window = np.array([[1, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1]])
        return cv2.warpPerspective(texture, to_window @ homography @ to_metres, (box[2] - box[0], box[3] - box[1]),
                                   flags=cv2.INTER_LINEAR, borderMode=border)


@dataclass(frozen=True, eq=False)
class Plane:
    """A texture hung up in the world.

    Attributes:
        origin: (3,) where the texture's top left corner is, in metres.
        across: (3,) unit vector along the texture's rows.
        down: (3,) unit vector along the texture's columns.
        texture: What is on it.
    """

    origin: np.ndarray
    across: np.ndarray
    down: np.ndarray
    texture: Texture

    def homography(self, camera: Camera) -> np.ndarray:
        """(3, 3) metres on the plane, (a, b, 1), to homogeneous pixels with the depth as last entry."""
        return camera.projection @ np.stack([self.across, self.down, self.origin - camera.position], axis=1)

    def corners(self) -> np.ndarray:
        """(4, 3) in the world, clockwise from the texture's top left."""
        width, height = self.texture.size
        across, down = self.across * width, self.down * height
        return np.stack([self.origin, self.origin + across, self.origin + across + down, self.origin + down])


def affine_map(row: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """One row of an inverse homography over a window, (len(ys), len(xs))."""
    return (row[1] * ys + row[2])[:, None] + (row[0] * xs)[None]


def inverse_depth(plane: Plane, homography: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """One over the depth of a plane's rectangle, in 1/m, at the pixels xs x ys; 0 where the ray misses it."""
    inverse = np.linalg.inv(homography)
    nearness = affine_map(inverse[2], xs, ys)
    result = np.maximum(nearness, 0)
    for row, extent in zip(inverse[:2], plane.texture.size, strict=True):
        position = affine_map(row, xs, ys)
        result *= (position >= 0) & (position <= extent * nearness)
    return result


def _octaves(texels: float) -> int:
    return int(np.clip(np.floor(np.log2(max(texels, 1.0)) + 0.25), 0, 8))


def _footprint(inverse: np.ndarray, at: tuple[float, float]) -> tuple[float, float]:
    """Metres of the plane, (across, down), that one pixel covers."""
    q = inverse @ [*at, 1.0]
    jacobian = (inverse[:2, :2] - np.outer(q[:2] / q[2], inverse[2, :2])) / q[2]
    return tuple(np.abs(jacobian).max(axis=1))
