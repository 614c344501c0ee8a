"""How what one camera sees looks to another: depth, motions and projection (Zhou et al. 2017; Godard et al. 2019).

Camera axes are x right, y down, z along the optical axis. The centre of the top left pixel is (0, 0), and intrinsics
(B, 3, 3) are in pixels of the image they are used with, last row 0, 0, 1. A motion (B, 4, 4) takes points in one
camera's axes to those of another. Lengths have the unit of the depth. Everything works in float32 and in float64, and
should be kept out of autocast, whose products have too few digits for pixels.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

# Squared angle, rad^2, below which a series is exact to the last digit of float64 while the quotients are not.
SMALL = 1e-4
# Depth from which a point counts as in front of a camera: a hundredth of the least depth that is predicted.
NEAREST = 1e-3
# Where a grid points instead: beyond the lower right corner, which is at (1, 1).
OUTSIDE = 2.0


def depth_from_disparity(sigmoid: Tensor, min_depth: float = 0.1, max_depth: float = 100.0) -> Tensor:
    """Depth of which the inverse grows evenly from 1 / max_depth to 1 / min_depth.

    Args:
        sigmoid: Any shape, 0..1.
        min_depth: Depth at 1, above 0.
        max_depth: Depth at 0.
    """
    return 1 / (1 / max_depth + (1 / min_depth - 1 / max_depth) * sigmoid)


def motion_from_pose(poses: Tensor) -> Tensor:
    """Motions of what a pose network says; the rotation by the formula of Rodrigues.

    Args:
        poses: (B, 6) axis of rotation times its angle in radians, then the translation.

    Returns:
        (B, 4, 4), at least float32; a point is rotated first. Differentiable at no rotation, too.
    """
    poses = poses.to(torch.promote_types(poses.dtype, torch.float32))
    turns, shifts = poses[:, :3], poses[:, 3:]
    squared = turns.square().sum(1)[:, None, None]
    small = squared < SMALL
    # The root has no derivative at 0, so that what is not used must not take it there.
    angles = torch.where(small, 1, squared).sqrt()
    sine = torch.where(small, 1 - squared / 6 + squared ** 2 / 120, angles.sin() / angles)
    # (1 - cos) / angle^2, in a form that does not cancel.
    versine = torch.where(small, 0.5 - squared / 24 + squared ** 2 / 720, 2 * ((angles / 2).sin() / angles) ** 2)
    x, y, z = turns.unbind(1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=1).view(-1, 3, 3)
    identity = torch.eye(3, dtype=poses.dtype, device=poses.device)
    # The square of the cross product's matrix without a product of matrices, which autocast would round.
    twice = turns[:, :, None] * turns[:, None] - squared * identity
    return _motion(identity + sine * cross + versine * twice, shifts)


def inverse_motion(motions: Tensor) -> Tensor:
    """Motions (B, 4, 4) the other way; those given (B, 4, 4) must be rigid."""
    rotations, shifts = motions[:, :3, :3], motions[:, :3, 3:]
    return _motion(rotations.mT, -(rotations * shifts).sum(1))


def pixel_intrinsics(relative: Tensor, height: int, width: int) -> Tensor:
    """Intrinsics in pixels of an image.

    The centre of the image, (.5, .5), lies between the middle pixels: at ((width - 1) / 2, (height - 1) / 2).

    Args:
        relative: (..., 3, 3) in widths and heights of the image, from the outer corner of its top left pixel.
        height: Rows.
        width: Columns.
    """
    return relative.new_tensor([[width, 0, -0.5], [0, height, -0.5], [0, 0, 1]]) @ relative


def back_project(depth: Tensor, intrinsics: Tensor) -> Tensor:
    """The points that the pixels show, D(p) K^-1 p.

    Args:
        depth: (B, 1, H, W) along the optical axis.
        intrinsics: (B, 3, 3), pixels.

    Returns:
        (B, 3, H, W) in the camera's axes.
    """
    height, width = depth.shape[2:]
    rows, columns = torch.meshgrid(*(torch.arange(size, dtype=depth.dtype, device=depth.device)
                                     for size in (height, width)), indexing='ij')
    pixels = torch.stack([columns, rows, torch.ones_like(rows)]).flatten(1)
    return (torch.linalg.inv(intrinsics) @ pixels).unflatten(2, (height, width)) * depth


def project(points: Tensor, intrinsics: Tensor, motions: Tensor) -> Tensor:
    """Where another camera sees points, p_s ~ K T P (Zhou et al. 2017, Eq. 2).

    A point behind that camera, or nearer to it than `NEAREST`, is put beyond the lower right corner, at `OUTSIDE`,
    without a gradient.

    Args:
        points: (B, 3, H, W) in the first camera's axes.
        intrinsics: (B, 3, 3) of the other camera, pixels of an image of H x W.
        motions: (B, 4, 4) from the first camera's axes to the other's.

    Returns:
        (B, H, W, 2) right, down, as `grid_sample` reads it with align_corners=False: -1 and 1 are the outer borders of
        the image, (2 x + 1) / W - 1 the pixel x.
    """
    height, width = points.shape[2:]
    moved = motions[:, :3, :3] @ points.flatten(2) + motions[:, :3, 3:]
    depth = moved[:, 2:]
    front = depth > NEAREST
    pixels = (intrinsics @ moved)[:, :2] / torch.where(front, depth, 1)
    grid = (2 * pixels + 1) / pixels.new_tensor([[width], [height]]) - 1
    return torch.where(front, grid, OUTSIDE).unflatten(2, (height, width)).permute(0, 2, 3, 1)


def warp(source: Tensor, depth: Tensor, motions: Tensor, intrinsics: Tensor) -> Tensor:
    """A target image, put together from what another camera saw (spatio-temporal embedding, Eq. 6).

    Read bilinearly; what the other camera did not see is the pixel of its border that is nearest, and behind that
    camera the one in the lower right corner.

    Args:
        source: (B, C, H, W) image of the other camera.
        depth: (B, 1, H, W) of the target.
        motions: (B, 4, 4) from the target camera's axes to the other's.
        intrinsics: (B, 3, 3) of both, pixels.

    Returns:
        (B, C, H, W); gradients go to all four.
    """
    grid = project(back_project(depth, intrinsics), intrinsics, motions)
    return F.grid_sample(source, grid, mode='bilinear', padding_mode='border', align_corners=False)


def _motion(rotations: Tensor, shifts: Tensor) -> Tensor:
    """(B, 4, 4) of (B, 3, 3) and (B, 3)."""
    last = shifts.new_tensor([0, 0, 0, 1]).expand(len(shifts), 1, 4)
    return torch.cat([torch.cat([rotations, shifts[:, :, None]], dim=2), last], dim=1)
