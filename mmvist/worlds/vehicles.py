"""Cars and trucks as flat pictures, seen from the side, behind and before."""

import numpy as np

from mmvist.worlds.canvas import Canvas, Colour, mixed, scaled
from mmvist.worlds.plane import Texture

PAINTS = ((235, 235, 235), (195, 200, 205), (120, 125, 130), (45, 45, 50), (40, 40, 190), (25, 25, 130),
          (170, 90, 30), (120, 50, 20), (200, 160, 90), (60, 120, 50), (70, 160, 120), (50, 180, 230),
          (30, 110, 230), (90, 120, 160), (140, 60, 130))
GLASS, RUBBER, RIM, PLATE = (95, 75, 60), (28, 28, 28), (170, 170, 175), (225, 235, 235)
TAIL_LIGHT, HEADLIGHT = (30, 25, 215), (225, 250, 250)


def draw_car(rng: np.random.Generator, view: str) -> Texture:
    """A car of random paint and build."""
    paint = jittered(rng, PAINTS)
    length, height, width = rng.uniform(3.9, 4.7), rng.uniform(1.42, 1.72), rng.uniform(1.7, 1.9)
    if view in ('left', 'right'):
        return _car_side(paint, length, height, boxy=height > 1.58, facing_left=view == 'left').finish(rng)
    return _car_end(paint, width, height, rear=view == 'rear').finish(rng)


def draw_truck(rng: np.random.Generator, view: str) -> Texture:
    """A box truck of random paint and build."""
    paint, box = jittered(rng, PAINTS), jittered(rng, PAINTS)
    box = mixed(box, (255, 255, 255), rng.uniform(0, 0.5))
    length, height, width = rng.uniform(6.0, 7.5), rng.uniform(2.9, 3.4), rng.uniform(2.3, 2.5)
    if view in ('left', 'right'):
        return _truck_side(paint, box, length, height, facing_left=view == 'left').finish(rng, 1.05, 0.9)
    return _truck_end(paint, box, width, height, rear=view == 'rear').finish(rng, 1.05, 0.9)


def jittered(rng: np.random.Generator, palette: tuple[Colour, ...]) -> Colour:
    """One of the palette's colours, slightly changed."""
    return tuple(np.clip(np.add(palette[rng.integers(len(palette))], rng.normal(0, 12, 3)), 5, 250))


def _car_side(paint: Colour, length: float, height: float, boxy: bool, facing_left: bool) -> Canvas:
    """Drawn facing left; x grows from the nose to the tail."""
    canvas = Canvas((length, height), 60)
    waist, sill, end = height * 0.58, 0.24, 0.97 if boxy else 0.84
    dark = scaled(paint, 0.55)
    canvas.polygon([(0.05, sill), (0.0, waist * 0.72), (0.12, waist * 0.9), (length * 0.28, waist),
                    (length * 0.38, height * 0.96), (length * 0.46, height), (length * (end - 0.1), height),
                    (length * (end - 0.02), height * 0.95), (length * 0.97, waist), (length, waist * 0.85),
                    (length - 0.03, sill)], paint)
    roof = height * 0.94
    for left, right, foot_left, foot_right in ((0.40, 0.55, 0.325, 0.55), (0.575, end - 0.1, 0.575, end - 0.02)):
        canvas.polygon([(length * foot_left, waist + 0.03), (length * left, roof), (length * right, roof),
                        (length * foot_right, waist + 0.03)], GLASS)
    canvas.polygon([(length * 0.43, waist + 0.1), (length * 0.47, roof), (length * 0.5, roof),
                    (length * 0.46, waist + 0.1)], mixed(GLASS, (255, 255, 255), 0.25))
    canvas.rectangle(0.05, sill, length - 0.04, sill + 0.12, dark)
    for door in (0.33, 0.56, 0.76):
        canvas.rectangle(length * door, sill + 0.1, length * door + 0.025, waist, dark)
    for handle in (0.48, 0.70):
        canvas.rectangle(length * handle, waist - 0.12, length * handle + 0.16, waist - 0.08, dark)
    canvas.rectangle(0.02, waist * 0.72, 0.28, waist * 0.86, HEADLIGHT)
    canvas.rectangle(length - 0.22, waist * 0.76, length - 0.01, waist * 0.94, TAIL_LIGHT)
    for wheel in (0.19, 0.80):
        _wheel(canvas, length * wheel, 0.32)
    return canvas if facing_left else canvas.mirrored()


def _car_end(paint: Colour, width: float, height: float, rear: bool) -> Canvas:
    canvas = Canvas((width, height), 90)
    waist = height * 0.6
    for left in (0.08, width - 0.32):
        canvas.rectangle(left, 0, left + 0.24, 0.4, RUBBER)
    canvas.polygon([(width * 0.05, waist), (width * 0.17, height * 0.95), (width * 0.26, height),
                    (width * 0.74, height), (width * 0.83, height * 0.95), (width * 0.95, waist)], paint)
    canvas.rectangle(0.0, 0.2, width, waist + 0.05, paint, corner=0.1)
    canvas.polygon([(width * 0.12, waist + 0.04), (width * 0.22, height * 0.93), (width * 0.78, height * 0.93),
                    (width * 0.88, waist + 0.04)], GLASS)
    canvas.polygon([(width * 0.55, waist + 0.04), (width * 0.62, height * 0.93), (width * 0.7, height * 0.93),
                    (width * 0.63, waist + 0.04)], mixed(GLASS, (255, 255, 255), 0.2))
    canvas.rectangle(0.03, 0.2, width - 0.03, 0.42, scaled(paint, 0.5), corner=0.05)
    light, top = (TAIL_LIGHT, waist * 0.95) if rear else (HEADLIGHT, waist * 0.84)
    for left in (0.05, width - 0.37):
        canvas.rectangle(left, top - 0.2, left + 0.32, top, light, corner=0.04)
    if not rear:
        canvas.rectangle(width * 0.28, waist * 0.58, width * 0.72, waist * 0.8, (35, 35, 35), corner=0.04)
    canvas.rectangle(width / 2 - 0.26, 0.44, width / 2 + 0.26, 0.56, PLATE)
    return canvas


def _truck_side(paint: Colour, box: Colour, length: float, height: float, facing_left: bool) -> Canvas:
    canvas = Canvas((length, height), 45)
    cab, roof = length * 0.24, height * 0.8
    canvas.rectangle(0.1, 0.3, length - 0.05, 0.75, (55, 55, 58))
    canvas.polygon([(0.0, 0.35), (0.0, 1.3), (0.22, roof), (cab, roof), (cab, 0.35)], paint)
    canvas.polygon([(0.1, 1.4), (0.3, roof - 0.15), (cab - 0.4, roof - 0.15), (cab - 0.4, 1.4)], GLASS)
    canvas.rectangle(cab - 0.3, 0.6, cab - 0.26, roof - 0.1, scaled(paint, 0.6))
    canvas.rectangle(0.0, 0.6, 0.18, 0.82, HEADLIGHT)
    canvas.rectangle(cab + 0.12, 0.7, length, height, box)
    canvas.rectangle(cab + 0.12, height * 0.42, length, height * 0.52, paint)
    for rib in np.arange(cab + 0.9, length - 0.2, 0.9):
        canvas.rectangle(rib, 0.75, rib + 0.04, height - 0.08, scaled(box, 0.82))
    canvas.rectangle(cab + 0.12, 0.7, length, 0.78, scaled(box, 0.5))
    canvas.rectangle(length - 0.12, 0.5, length, 0.7, TAIL_LIGHT)
    for wheel in (0.13, 0.7, 0.86):
        _wheel(canvas, length * wheel, 0.46)
    return canvas if facing_left else canvas.mirrored()


def _truck_end(paint: Colour, box: Colour, width: float, height: float, rear: bool) -> Canvas:
    canvas = Canvas((width, height), 60)
    for left in (0.12, width - 0.52):
        canvas.rectangle(left, 0, left + 0.4, 0.7, RUBBER)
    canvas.rectangle(0.05, 0.4, width - 0.05, 0.75, (55, 55, 58))
    canvas.rectangle(0.0, 0.7, width, height, box, corner=0.03)
    if rear:
        canvas.rectangle(width / 2 - 0.02, 0.75, width / 2 + 0.02, height - 0.08, scaled(box, 0.5))
        for left in (0.08, width - 0.12):
            canvas.rectangle(left, 0.75, left + 0.04, height - 0.08, scaled(box, 0.65))
        canvas.rectangle(0.0, 0.7, width, 0.82, scaled(box, 0.5))
        lights = TAIL_LIGHT
    else:
        roof = height * 0.8
        canvas.rectangle(0.04, 0.42, width - 0.04, roof, paint, corner=0.12)
        canvas.polygon([(0.18, 1.35), (0.26, roof - 0.14), (width - 0.26, roof - 0.14), (width - 0.18, 1.35)], GLASS)
        canvas.rectangle(width * 0.25, 0.75, width * 0.75, 1.15, (40, 40, 40))
        lights = HEADLIGHT
    for left in (0.1, width - 0.45):
        canvas.rectangle(left, 0.46, left + 0.35, 0.66, lights)
    canvas.rectangle(width / 2 - 0.26, 0.46, width / 2 + 0.26, 0.58, PLATE)
    return canvas


def _wheel(canvas: Canvas, x: float, radius: float) -> None:
    canvas.ellipse(x, radius, radius, radius, RUBBER)
    canvas.ellipse(x, radius, radius * 0.6, radius * 0.6, RIM)
    canvas.ellipse(x, radius, radius * 0.2, radius * 0.2, (70, 70, 70))
