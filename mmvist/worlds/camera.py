"""The pinhole camera.

World axes: x right, y down, z along the street, in metres; the ground is y = 0. Camera axes: x right, y down, z along
the optical axis. The centre of the top left pixel is (0, 0).
"""

from dataclasses import dataclass

import numpy as np

FOCAL_LENGTH = 0.75  # in image widths: a horizontal field of view of 67 degrees


@dataclass(frozen=True, eq=False)
class Camera:
    """Where one frame was taken from.

    Attributes:
        intrinsics: (3, 3) float64.
        pose: (4, 4) float64, camera to world.
        height: Rows of the image.
        width: Columns of the image.
    """

    intrinsics: np.ndarray
    pose: np.ndarray
    height: int
    width: int

    @property
    def position(self) -> np.ndarray:
        """(3,) in the world, metres."""
        return self.pose[:3, 3]

    @property
    def projection(self) -> np.ndarray:
        """(3, 3) world directions to homogeneous pixels."""
        return self.intrinsics @ self.pose[:3, :3].T

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points (..., 3) to pixels (..., 2) and their depths (...,) in metres."""
        homogeneous = (points - self.position) @ self.projection.T
        depth = homogeneous[..., 2]
        return homogeneous[..., :2] / depth[..., None], depth


def make_intrinsics(height: int, width: int) -> np.ndarray:
    """(3, 3) float64 of a camera with square pixels and the principal point in the image centre."""
    focal = FOCAL_LENGTH * width
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])


def make_pose(position: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """(4, 4) camera to world.

    Args:
        position: (3,) in metres.
        yaw: Turn to the right, in radians.
        pitch: Tilt downwards, in radians.
    """
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    tilt = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    pose = np.eye(4)
    pose[:3, :3] = turn @ tilt
    pose[:3, 3] = position
    return pose
