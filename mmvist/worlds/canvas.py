"""A drawing board in metres: x to the right from the left edge, y upwards from the bottom edge."""

from collections.abc import Sequence
from copy import copy

import cv2
import numpy as np

from mmvist.worlds.plane import Texture

Colour = Sequence[float]
SUPERSAMPLING = 2
SUBPIXEL_BITS = 4


class Canvas:
    """Draws flat shapes and hands them over as a `Texture`.

    Args:
        size: Metres (across, up).
        density: Pixels a metre of the finished texture.
    """

    def __init__(self, size: tuple[float, float], density: float) -> None:
        self.columns, self.rows = (max(round(extent * density), 1) for extent in size)
        self.scale = (self.columns / size[0] * SUPERSAMPLING, self.rows / size[1] * SUPERSAMPLING)
        self.size = size
        self.colours = np.zeros((self.rows * SUPERSAMPLING, self.columns * SUPERSAMPLING, 3), np.uint8)
        self.alpha = np.zeros(self.colours.shape[:2], np.uint8)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon of (x, y) corners."""
        corners = self._pixels(np.asarray(points, np.float64))
        for layer, value in ((self.colours, [float(c) for c in colour]), (self.alpha, 255.0)):
            cv2.fillPoly(layer, [corners], value, shift=SUBPIXEL_BITS)

    def rectangle(self, left: float, bottom: float, right: float, top: float, colour: Colour,
                  corner: float = 0.0) -> None:
        """Fill a rectangle whose corners are cut by `corner` metres."""
        c = corner
        self.polygon([(left + c, bottom), (right - c, bottom), (right, bottom + c), (right, top - c),
                      (right - c, top), (left + c, top), (left, top - c), (left, bottom + c)], colour)

    def ellipse(self, x: float, y: float, across: float, up: float, colour: Colour) -> None:
        """Fill an ellipse around (x, y) with the given half axes."""
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        self.polygon(np.stack([x + across * np.cos(angles), y + up * np.sin(angles)], axis=1), colour)

    def limb(self, start: tuple[float, float], end: tuple[float, float], width: float, colour: Colour) -> None:
        """Fill a bar of constant width with round ends."""
        along = np.subtract(end, start)
        aside = np.array([-along[1], along[0]]) / max(np.hypot(*along), 1e-9) * width / 2
        self.polygon([start + aside, end + aside, end - aside, start - aside], colour)
        for point in (start, end):
            self.ellipse(*point, width / 2, width / 2, colour)

    def mirrored(self) -> 'Canvas':
        """The same drawing seen from behind the paper."""
        other = copy(self)
        other.colours, other.alpha = self.colours[:, ::-1], self.alpha[:, ::-1]
        return other

    def finish(self, rng: np.random.Generator, top: float = 1.12, bottom: float = 0.8, grain: float = 4.0
               ) -> Texture:
        """Light from above, a little grain, and alpha; colours end up multiplied by alpha.

        Args:
            rng: Source of the grain.
            top: Factor on the colours at the upper edge.
            bottom: Factor on the colours at the lower edge.
            grain: Standard deviation of the surface's grain, in grey levels.
        """
        size = (self.columns, self.rows)
        # What is not drawn is black, so that averaging multiplies the outline's colours by alpha.
        colours = cv2.resize(self.colours, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self.alpha, size, interpolation=cv2.INTER_AREA)[..., None]
        light = np.linspace(top, bottom, self.rows, dtype=np.float32)[:, None, None]
        texture = rng.standard_normal((self.rows, self.columns, 1), np.float32) * np.float32(grain / 255)
        lit = np.clip(colours * light + texture * alpha, 0, alpha)
        pixels = np.concatenate([np.rint(lit).astype(np.uint8), alpha], axis=2)
        return Texture(pixels, (self.columns / self.size[0], self.rows / self.size[1]))

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        corners = points * self.scale
        corners[:, 1] = self.colours.shape[0] - corners[:, 1]
        # The centre of a pixel is its integer coordinate for OpenCV, half a pixel further for the canvas.
        return np.round((corners - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)


def mixed(first: Colour, second: Colour, share: float) -> tuple[float, ...]:
    """A colour between two."""
    return tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))


def scaled(colour: Colour, factor: float) -> tuple[float, ...]:
    """A lighter or darker colour, held within 0..255."""
    return tuple(min(max(c * factor, 0.0), 255.0) for c in colour)
