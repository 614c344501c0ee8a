"""Exact optical flow and where it is valid, from depth, poses and the objects' motion."""

import numpy as np

from mmvist.worlds.camera import Camera


def rigid_flow(inverse_depth: np.ndarray, surfaces: np.ndarray, moves: np.ndarray, camera: Camera, other: Camera
               ) -> tuple[np.ndarray, np.ndarray]:
    """Where the point seen at each pixel is in another frame.

    Args:
        inverse_depth: (H, W) in 1/m; 0 stands for a point at infinity.
        surfaces: (H, W) which surface the point lies on.
        moves: (S, 3) how far each surface moves until the other frame, in metres, world axes.
        camera: The camera of this frame.
        other: The camera of the other frame.

    Returns:
        Flow (H, W, 2) float64 in pixels, (right, down), and the inverse depth (H, W) there; the flow is zero where
        that is negative, behind the other camera.
    """
    x = np.arange(camera.width, dtype=np.float64)[None]
    y = np.arange(camera.height, dtype=np.float64)[:, None]
    # Homogeneous points scaled by the inverse depth, (R ray + inverse_depth * shift), hold infinity as well.
    rotation = other.projection @ np.linalg.inv(camera.projection)
    shifts = (moves + (camera.position - other.position)) @ other.projection.T
    moved = [rotation[row, 0] * x + (rotation[row, 1] * y + rotation[row, 2])
             + shifts[:, row][surfaces] * inverse_depth for row in range(3)]
    front = moved[2] > 1e-6
    scale = np.divide(1, moved[2], out=np.zeros_like(moved[2]), where=front)
    flow = np.stack([np.where(front, moved[0] * scale - x, 0), np.where(front, moved[1] * scale - y, 0)], axis=2)
    return flow, np.where(front, inverse_depth * scale, -1.0)


def visible_there(flow: np.ndarray, reached: np.ndarray, surfaces: np.ndarray, other_surfaces: np.ndarray
                  ) -> np.ndarray:
    """Whether the pixel that a flow points to, rounded, shows the same surface; (H, W) bool.

    A plane cannot hide a part of itself, so the same surface at the same place is the same point.

    Args:
        flow: (H, W, 2) from `rigid_flow`.
        reached: (H, W) inverse depth in the other frame, negative behind its camera.
        surfaces: (H, W) surface of each pixel in this frame.
        other_surfaces: (H, W) surface of each pixel in the other frame.
    """
    height, width = surfaces.shape
    column = np.rint(flow[..., 0] + np.arange(width)[None])
    row = np.rint(flow[..., 1] + np.arange(height)[:, None])
    inside = (reached >= 0) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row = (np.where(inside, value, 0).astype(np.int64) for value in (column, row))
    return inside & (other_surfaces[row, column] == surfaces)
