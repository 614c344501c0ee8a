"""Pictures of objects alone: what OSMN's visual modulator looks at."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mmvist.structures.masks import tight_boxes

# Pixels of background around an object, as in the authors' code.
BORDER = 8


@dataclass(frozen=True)
class GuideJitter:
    """How pictures vary in training.

    Attributes:
        turn: Largest rotation, in degrees, either way.
        crop: Largest share of the picture that is cut off at one side.
        flip: How often a picture is mirrored, in 0..1.
    """

    turn: float
    crop: float
    flip: float


def picture(images: Tensor, masks: Tensor, size: int, jitter: GuideJitter | None = None) -> Tensor:
    """Cut objects out of their images.

    Args:
        images: (N, 3, H, W), normalised.
        masks: (N, H, W) bool.
        size: Side of a picture; the object's box, with a border, is stretched to it.
        jitter: Chance in training.

    Returns:
        (N, 3, size, size), zero outside the object.
    """
    if len(masks) == 0:
        return images.new_zeros(0, 3, size, size)
    regions = _regions(masks)
    turns, mirrors = regions.new_zeros(len(regions)), regions.new_ones(len(regions))
    if jitter is not None:
        regions = _cut(regions, jitter.crop)
        turns = torch.empty_like(turns).uniform_(-jitter.turn, jitter.turn).deg2rad()
        mirrors = 1 - 2 * (torch.rand_like(mirrors) < jitter.flip).float()
    left, top, right, bottom = regions.unbind(1)
    height, width = masks.shape[1:]
    # Turned in the picture, and then stretched over the region.
    across, down = (right - left) / width, (bottom - top) / height
    theta = torch.stack([
        torch.stack([across * mirrors * turns.cos(), -across * turns.sin(), (left + right) / width - 1], dim=1),
        torch.stack([down * mirrors * turns.sin(), down * turns.cos(), (top + bottom) / height - 1], dim=1)], dim=1)
    grid = F.affine_grid(theta, [len(images), 3, size, size], align_corners=False).to(images.dtype)
    inside = F.grid_sample(masks[:, None].to(images.dtype), grid, mode='nearest', align_corners=False)
    return F.grid_sample(images, grid, mode='bilinear', align_corners=False) * inside


def _regions(masks: Tensor) -> Tensor:
    """Boxes (N, 4) of the masks with their border, inside the image."""
    height, width = masks.shape[1:]
    outward = torch.tensor([-BORDER, -BORDER, BORDER, BORDER], device=masks.device)
    limits = torch.tensor([width, height, width, height], device=masks.device)
    return torch.minimum((tight_boxes(masks) + outward).clamp(min=0), limits)


def _cut(regions: Tensor, share: float) -> Tensor:
    """Regions without up to a share at one of their sides."""
    sides = regions[:, 2:] - regions[:, :2]
    cuts = torch.rand(len(regions), 1, device=regions.device) * share * torch.cat([sides, -sides], dim=1)
    side = torch.randint(4, (len(regions),), device=regions.device)
    return regions + cuts * F.one_hot(side, 4)
