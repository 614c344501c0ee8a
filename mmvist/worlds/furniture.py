"""What stands in the street and is no object: trees and lamp posts."""

import numpy as np

from mmvist.worlds.canvas import Canvas, mixed, scaled
from mmvist.worlds.plane import Texture


def draw_tree(rng: np.random.Generator) -> Texture:
    """A tree with a crown of overlapping clumps of leaves."""
    height, width = rng.uniform(4.5, 6.0), 3.2
    canvas = Canvas((width, height), 36)
    leaf = mixed((40, 95, 50), (50, 130, 120), rng.random())
    canvas.polygon([(width / 2 - 0.13, 0), (width / 2 - 0.08, height * 0.6), (width / 2 + 0.08, height * 0.6),
                    (width / 2 + 0.13, 0)], (45, 60, 75))
    for shade in np.linspace(0.55, 1.25, 40):
        # Lighter clumps come later and lie further up and to one side, where the sun is.
        angle, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
        radius = rng.uniform(0.25, 0.5)
        x = width / 2 + (width / 2 - radius) * reach * np.cos(angle)
        y = height * 0.68 + (height * 0.3 - radius) * reach * np.sin(angle) + (shade - 1) * 0.4
        canvas.ellipse(x, min(y, height - radius), radius, radius, scaled(leaf, shade))
    return canvas.finish(rng, 1.1, 0.8, grain=9.0)


def draw_lamp(rng: np.random.Generator) -> Texture:
    """A lamp post with one arm."""
    height = rng.uniform(5.0, 5.6)
    canvas = Canvas((1.3, height), 36)
    steel = scaled((95, 95, 90), rng.uniform(0.7, 1.2))
    canvas.rectangle(0.58, 0, 0.72, height - 0.1, steel)
    canvas.rectangle(0.5, 0, 0.8, 0.5, scaled(steel, 0.8))
    canvas.rectangle(0.05, height - 0.16, 0.72, height - 0.06, steel)
    canvas.rectangle(0.02, height - 0.24, 0.45, height - 0.14, (205, 230, 240))
    return canvas.finish(rng)
