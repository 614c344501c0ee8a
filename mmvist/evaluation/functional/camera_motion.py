"""Errors of the motions of a camera between successive frames.

A motion (4, 4) takes points from the camera's axes in the frame before to those in this one; axes are x right, y down,
z along the optical axis. The camera's movement is where it stands in this frame, in the axes of the frame before:
-R^T t for a motion with the rotation R and the translation t; ahead is (0, 0, 1).
"""

from collections.abc import Mapping, Sequence

import numpy as np

ERRORS = ('direction', 'rotation')
AHEAD = 'ahead_'  # starts the names of the baseline's errors
# A metre along the optical axis, without a turn.
AHEAD_MOTION = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1], [0, 0, 0, 1]])
# Degrees between a given direction and a random one, on average.
NO_DIRECTION = 90.0


def motions_of(poses: np.ndarray) -> np.ndarray:
    """The T - 1 motions (T - 1, 4, 4) between successive frames, of poses (T, 4, 4), camera to world."""
    return np.linalg.inv(poses[1:]) @ poses[:-1]


def camera_motion_errors(motion: np.ndarray, truth: np.ndarray, min_distance: float) -> dict[str, float]:
    """Compare a motion to the true one.

    `direction` is the angle between the movements, whose lengths do not matter; a motion that moves nowhere has no
    direction, and an error of 90 degrees, which guessing has on average. `rotation` is the angle of the turn that leads
    from one rotation to the other. Each has its `ahead_`, the same error of going straight ahead. All are in degrees.

    Args:
        motion: (4, 4) rigid, in any unit.
        truth: (4, 4) rigid, metres.
        min_distance: Where the camera moves less, in metres, directions are left out.
    """
    motion, truth = motion.astype(np.float64), truth.astype(np.float64)
    moves = np.linalg.norm(_movement(truth)) >= min_distance
    errors = {}
    for prefix, guess in (('', motion), (AHEAD, AHEAD_MOTION)):
        if moves:
            errors[f'{prefix}direction'] = _angle(_movement(guess), _movement(truth))
        errors[f'{prefix}rotation'] = _turn(guess[:3, :3].T @ truth[:3, :3])
    return errors


def camera_motion_scores(pairs: Sequence[Mapping[str, float]]) -> dict[str, float | int]:
    """Put the errors of pairs of frames together.

    Args:
        pairs: Of `camera_motion_errors`.

    Returns:
        Mean and median of every error in degrees, nan when there are none; `pairs`, the number of pairs, and
        `moving_pairs`, that of those with a direction.
    """
    scores: dict[str, float | int] = {}
    for name in (f'{prefix}{error}' for prefix in ('', AHEAD) for error in ERRORS):
        values = [pair[name] for pair in pairs if name in pair]
        scores[f'{name}_mean'] = float(np.mean(values)) if values else float('nan')
        scores[f'{name}_median'] = float(np.median(values)) if values else float('nan')
    return {**scores, 'pairs': len(pairs), 'moving_pairs': sum('direction' in pair for pair in pairs)}


def _movement(motion: np.ndarray) -> np.ndarray:
    """(3,) in the axes of the frame before."""
    return -motion[:3, :3].T @ motion[:3, 3]


def _angle(first: np.ndarray, second: np.ndarray) -> float:
    """Degrees between two directions (3,)."""
    if not first.any():
        return NO_DIRECTION
    # The arc cosine of the cosine has only half of the digits where the angle is small.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def _turn(rotation: np.ndarray) -> float:
    """Degrees that a rotation (3, 3) turns by."""
    sine = np.linalg.norm((rotation - rotation.T)[(2, 0, 1), (1, 2, 0)]) / 2
    return float(np.degrees(np.arctan2(sine, (np.trace(rotation) - 1) / 2)))
