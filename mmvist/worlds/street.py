"""Everything that stands still: ground, house fronts, sky, trees and lamps."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmvist.worlds.facades import draw_facade
from mmvist.worlds.furniture import draw_lamp, draw_tree
from mmvist.worlds.ground import (
    JUNCTION,
    PAVEMENT,
    ROAD,
    SKY_SPAN,
    STREET,
    draw_side_street,
    draw_sky,
    draw_street,
)
from mmvist.worlds.plane import Plane, Texture

NEAR, FAR, ARM = -6.0, 120.0, 40.0  # metres: first and last z of the street, length of the crossing street's arms
RIGHT, DOWN, AHEAD = np.eye(3)
SHARP, BLURRED, SHARP_RANGE = 22.0, 7.0, 45.0  # pixels a metre of near and far fronts, and where the change is


@dataclass(frozen=True, eq=False)
class Street:
    """The static part of one video's world.

    Attributes:
        planes: Ground, then house fronts; none hides a part of itself.
        num_ground: How many planes are ground.
        sky: A plane one metre ahead of the camera, wherever the camera is: its depth means nothing.
        furniture: Pictures that stand upright on the ground, each with the (3,) middle of its lower edge.
        gain: Factors on the final colours, BGR: exposure and tint.
        haze: Depth in metres at which the air hides 63 % of the contrast.
    """

    planes: tuple[Plane, ...]
    num_ground: int
    sky: Plane
    furniture: tuple[tuple[Texture, np.ndarray], ...]
    gain: tuple[float, float, float]
    haze: float

    @cached_property
    def corners(self) -> np.ndarray:
        """(P, 4, 3) of the planes, in the world."""
        return np.stack([plane.corners for plane in self.planes])


def build_street(rng: np.random.Generator, junction: float, detail: float) -> Street:
    """Draw a street at random.

    Args:
        rng: Source of everything random.
        junction: z at which the crossing street begins, in metres.
        detail: Factor on the textures' resolution; 1 suits images 320 pixels wide.
    """
    asphalt = rng.uniform(82, 112)
    light = rng.permutation([rng.uniform(0.72, 0.85), rng.uniform(0.98, 1.1)])
    first, last = junction - PAVEMENT, junction + JUNCTION + PAVEMENT
    main = draw_street(rng, NEAR, FAR, junction, asphalt, detail)
    arms = [draw_side_street(rng, ARM, asphalt, flip, detail) for flip in (False, True)]
    planes = [Plane(np.array([left, 0, far]), RIGHT, -AHEAD, texture)
              for left, far, texture in ((-STREET, FAR, main), (STREET, last, arms[0]), (-STREET - ARM, last, arms[1]))]
    num_ground = len(planes)
    for low, high in ((NEAR, first), (last, FAR)):
        for begin, end in _lots(rng, low, high):
            density = (SHARP if begin < SHARP_RANGE else BLURRED) * detail
            for side in (-1, 1):
                front = draw_facade(rng, end - begin, density, light[(side + 1) // 2])
                start = begin if side < 0 else end
                planes.append(Plane(np.array([side * STREET, -front.size[1], start]), AHEAD * -side, DOWN, front))
    for side in (-1, 1):
        for begin, end in _lots(rng, STREET, STREET + ARM):
            front = draw_facade(rng, end - begin, SHARP * detail, light.mean())
            left = begin if side > 0 else -end
            planes.append(Plane(np.array([left, -front.size[1], last]), RIGHT, DOWN, front))
    front = draw_facade(rng, 2 * STREET, BLURRED * detail, light.mean())
    planes.append(Plane(np.array([-STREET, -front.size[1], FAR]), RIGHT, DOWN, front))
    exposure = rng.uniform(0.88, 1.1)
    gain = (exposure * rng.uniform(0.95, 1.05), exposure, exposure * rng.uniform(0.95, 1.05))
    sky = Plane(np.array([SKY_SPAN[0], SKY_SPAN[1], 1.0]), RIGHT, DOWN, draw_sky(rng))
    return Street(tuple(planes), num_ground, sky, _furnish(rng, first, last), gain, rng.uniform(120, 350))


def _lots(rng: np.random.Generator, low: float, high: float) -> list[tuple[float, float]]:
    """Cut a stretch of street into house fronts: of about 10 metres where they are near, of 25 where they are far."""
    cuts = [low]
    while high - cuts[-1] > 16:
        cuts.append(cuts[-1] + rng.uniform(8, 12) * (1 if cuts[-1] < SHARP_RANGE else 2.5))
    if high - cuts[-1] < 5 and len(cuts) > 1:
        cuts.pop()
    cuts.append(high)
    return list(zip(cuts[:-1], cuts[1:], strict=True))


def _furnish(rng: np.random.Generator, first: float, last: float) -> tuple[tuple[Texture, np.ndarray], ...]:
    """Trees and lamps in two rows along the kerbs, away from the junction."""
    draw = draw_tree if rng.random() < 0.6 else draw_lamp
    pictures = [draw(rng) for _ in range(3)] + [draw_lamp(rng)]
    placed = []
    for side in (-1, 1):
        for z in np.arange(rng.uniform(4, 10), 70, rng.uniform(9, 13)):
            if not first - 1 < z < last + 1:
                placed.append((pictures[rng.integers(len(pictures))], np.array([side * (ROAD + 0.6), 0.0, z])))
    return tuple(placed)
