"""House fronts, drawn storey by storey."""

import cv2
import numpy as np

from mmvist.worlds.canvas import Colour, mixed, scaled
from mmvist.worlds.plane import Texture

WALLS = ((125, 150, 185), (85, 105, 160), (150, 185, 205), (190, 205, 215), (130, 165, 160), (170, 160, 150),
         (75, 90, 120), (110, 150, 205), (165, 190, 175))
AWNINGS = ((50, 50, 170), (60, 120, 50), (140, 80, 40), (50, 140, 190), (120, 60, 110))
GLASS, BLIND, LIT = (105, 85, 70), (175, 190, 200), (150, 205, 230)
STOREY, GROUND_STOREY = 3.1, 3.6  # metres


def draw_facade(rng: np.random.Generator, width: float, density: float, light: float) -> Texture:
    """A house front of random height and make.

    Args:
        rng: Source of everything random.
        width: Metres along the street.
        density: Pixels a metre.
        light: Factor on all colours: sunny or shady side.
    """
    storeys = int(rng.integers(1, 5))
    height = GROUND_STOREY + storeys * STOREY + 0.7
    wall = tuple(np.clip(np.add(WALLS[rng.integers(len(WALLS))], rng.normal(0, 10, 3)), 30, 235).tolist())
    pixels = np.empty((round(height * density), round(width * density), 3), np.uint8)
    pixels[:] = np.round(wall)
    brush = _Brush(pixels, density)
    if rng.random() < 0.5:
        _bricks(pixels, wall, density)
    trim = mixed(wall, (240, 240, 240), rng.uniform(0.4, 0.9))
    brush.fill(0, 0, width, 0.55, trim)
    brush.fill(0, 0.55, width, 0.68, scaled(wall, 0.6))
    bay = rng.uniform(1.9, 2.7)
    bays = max(int(width / bay), 1)
    across, up = rng.uniform(0.9, 1.25), rng.uniform(1.5, 1.9)
    for storey in range(storeys):
        top = 0.7 + storey * STOREY + (STOREY - up) * 0.45
        for place in range(bays):
            left = (place + 0.5) * width / bays - across / 2
            glass = (GLASS, GLASS, GLASS, BLIND, LIT)[rng.integers(5)]
            _window(brush, left, top, across, up, trim, scaled(glass, rng.uniform(0.8, 1.2)), wall)
        brush.fill(0, 0.7 + (storey + 1) * STOREY - 0.1, width, 0.7 + (storey + 1) * STOREY, scaled(wall, 0.85))
    _ground_storey(rng, brush, width, height, wall, trim)
    brush.fill(0, height - 0.35, width, height, scaled(wall, 0.55))
    grain = rng.standard_normal((*pixels.shape[:2], 1), np.float32) * 5
    shade = np.linspace(1.06, 0.88, len(pixels), dtype=np.float32)[:, None, None] * light
    pixels = np.clip(pixels * shade + grain, 0, 255).astype(np.uint8)
    return Texture(pixels, (pixels.shape[1] / width, pixels.shape[0] / height))


class _Brush:
    """Fills rectangles given in metres from the top left corner."""

    def __init__(self, pixels: np.ndarray, density: float) -> None:
        self.pixels, self.density = pixels, density

    def fill(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        x0, y0, x1, y1 = (round(value * self.density) for value in (left, top, right, bottom))
        if x1 > x0 and y1 > y0:
            cv2.rectangle(self.pixels, (x0, y0), (x1 - 1, y1 - 1), colour, cv2.FILLED)


def _bricks(pixels: np.ndarray, wall: Colour, density: float) -> None:
    mortar = np.round(scaled(wall, 1.12)).astype(np.uint8)
    course = max(round(0.25 * density), 2)
    pixels[::course] = mortar
    for offset, start in ((0, 0), (course, course)):
        for row in range(1, course):
            pixels[start + row::2 * course, offset::2 * course] = mortar


def _window(brush: _Brush, left: float, top: float, across: float, up: float, trim: Colour, glass: Colour,
            wall: Colour) -> None:
    right, bottom = left + across, top + up
    brush.fill(left - 0.1, top - 0.12, right + 0.1, bottom + 0.04, trim)
    brush.fill(left, top, right, bottom, glass)
    brush.fill(left, top, right, top + 0.14, scaled(glass, 0.7))
    brush.fill(left, top + up * 0.36, right, top + up * 0.36 + 0.07, trim)
    brush.fill((left + right) / 2 - 0.035, top, (left + right) / 2 + 0.035, bottom, trim)
    brush.fill(left - 0.16, bottom + 0.04, right + 0.16, bottom + 0.14, scaled(trim, 1.1))
    brush.fill(left - 0.1, bottom + 0.14, right + 0.1, bottom + 0.24, scaled(wall, 0.75))


def _ground_storey(rng: np.random.Generator, brush: _Brush, width: float, height: float, wall: Colour,
                   trim: Colour) -> None:
    top = height - GROUND_STOREY
    door = rng.uniform(0.5, max(width - 1.8, 0.6))
    if rng.random() < 0.55:
        awning = AWNINGS[rng.integers(len(AWNINGS))]
        brush.fill(0.3, top + 0.1, width - 0.3, top + 0.65, scaled(awning, 0.7))
        for left in np.arange(0.4, width - 0.8, 0.8):
            brush.fill(left, top + 0.65, left + 0.4, top + 1.15, awning)
            brush.fill(left + 0.4, top + 0.65, left + 0.8, top + 1.15, (225, 230, 230))
        brush.fill(0.4, top + 1.15, width - 0.4, height - 0.6, scaled(GLASS, 0.9))
        for post in np.arange(0.4, width - 0.4, 2.2):
            brush.fill(post, top + 1.15, post + 0.1, height - 0.6, trim)
    else:
        for left in np.arange(0.8, width - 1.6, 2.4):
            _window(brush, left, top + 0.9, 1.1, 1.5, trim, GLASS, wall)
    paint = scaled(AWNINGS[rng.integers(len(AWNINGS))], 0.7)
    brush.fill(door - 0.12, height - 2.55, door + 1.12, height - 0.1, trim)
    brush.fill(door, height - 2.4, door + 1.0, height - 0.1, paint)
    brush.fill(door + 0.15, height - 2.2, door + 0.85, height - 1.3, GLASS)
    cv2.line(brush.pixels, (0, len(brush.pixels) - 1), (brush.pixels.shape[1], len(brush.pixels) - 1), (60, 60, 60))
