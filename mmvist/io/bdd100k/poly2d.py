"""Outlines of Scalabel's `poly2d`: straight lines and cubic Bezier curves."""

from typing import Any

import numpy as np

from mmvist.io.polygons import FARTHEST
from mmvist.io.problems import shown

# Points a curve is drawn with; BDD100K's are short, a few tens of pixels.
CURVE_STEPS = 16


def outlines(poly2d: Any) -> list[list[float]]:
    """Polygons x, y, x, y, ... of a label's closed shapes.

    A shape is `{vertices: [[x, y], ...], types: 'LLCCL', closed: true}` with one letter a vertex. As the official tools
    draw them, a `C` and the next vertex are the control points of a curve that ends in the one after; the last vertex
    is followed by the first.

    Raises:
        ValueError: It is something else, or a line that encloses nothing.
    """
    if not isinstance(poly2d, list):
        raise ValueError(f'poly2d must be a list of shapes, got {shown(poly2d)}')
    return [_outline(shape) for shape in poly2d]


def _outline(shape: Any) -> list[float]:
    if not isinstance(shape, dict) or not {'vertices', 'types', 'closed'} <= shape.keys():
        raise ValueError(f'a shape of poly2d must be {{vertices, types, closed}}, got {shown(shape)}')
    types = shape['types']
    vertices = _vertices(shape['vertices'])
    if not isinstance(types, str) or len(types) != len(vertices) or set(types) - {'L', 'C'}:
        raise ValueError(f'types must be {len(vertices)} letters L or C, one a vertex, got {shown(types)}')
    if shape['closed'] is not True:
        raise ValueError('a shape of poly2d must be closed, a line encloses nothing')
    vertices = np.concatenate([vertices, vertices[:1]])
    points, at = [vertices[:1]], 1
    while at < len(vertices):
        if at == len(types) or types[at] == 'L':
            points.append(vertices[at:at + 1])
            at += 1
        elif at + 2 < len(vertices):
            points.append(_curve(vertices[at - 1:at + 3]))
            at += 3
        else:
            raise ValueError(f'types must name two control points and an end for each curve, got {shown(types)}')
    return np.concatenate(points).ravel().tolist()


def _vertices(vertices: Any) -> np.ndarray:
    """Check and return vertices (N, 2) float64."""
    if (not isinstance(vertices, list) or len(vertices) < 3
            or not all(isinstance(vertex, list) and len(vertex) == 2 for vertex in vertices)
            or not all(type(value) in (int, float) and -FARTHEST <= value <= FARTHEST
                       for vertex in vertices for value in vertex)):
        raise ValueError(f'vertices must be at least three points [x, y] in pixels, got {shown(vertices)}')
    return np.array(vertices, np.float64)


def _curve(corners: np.ndarray) -> np.ndarray:
    """Points of the cubic Bezier curve with corners (4, 2), without the first."""
    t = np.linspace(0, 1, CURVE_STEPS + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3])
    return weights @ corners
