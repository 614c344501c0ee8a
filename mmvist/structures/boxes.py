"""Overlap of boxes."""

import torch
from torch import Tensor


def box_iou(first: Tensor, second: Tensor) -> Tensor:
    """Intersection over union of every pair.

    Args:
        first: (..., N, 4) xyxy.
        second: (..., M, 4) xyxy.

    Returns:
        (..., N, M) in 0..1; zero where both boxes are empty.
    """
    width, height = common_sides(first, second)
    return _over_union(width.clamp(min=0) * height.clamp(min=0), first, second)


def signed_box_iou(first: Tensor, second: Tensor) -> Tensor:
    """Intersection over union whose intersection counts negative where boxes lie apart (Porzi et al. 2020, App. C).

    Args:
        first: (N, 4) xyxy.
        second: (M, 4) xyxy.

    Returns:
        (N, M) in -1..1; zero for boxes that touch.
    """
    width, height = common_sides(first, second)
    area = (width * height).abs()
    return _over_union(torch.where((width > 0) & (height > 0), area, -area), first, second)


def centre_aspect_height(bboxes: Tensor) -> Tensor:
    """Boxes (N, 4) xyxy as centre x, centre y, width over height, height, (N, 4) float64; no side is below a pixel."""
    left, top, right, bottom = bboxes.double().unbind(-1)
    width, height = (right - left).clamp(min=1), (bottom - top).clamp(min=1)
    return torch.stack([(left + right) / 2, (top + bottom) / 2, width / height, height], dim=-1)


def common_sides(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Width and height (N, M) of the rectangle that every pair shares; negative is the distance between them."""
    left, top, right, bottom = _wide(first)[..., None, :].unbind(-1)
    # Side by side, what is compared with every box is read several times faster than out of rows.
    other_left, other_top, other_right, other_bottom = _wide(second).movedim(-1, 0)[..., None, :].contiguous().unbind()
    return (torch.minimum(right, other_right) - torch.maximum(left, other_left),
            torch.minimum(bottom, other_bottom) - torch.maximum(top, other_top))


def _over_union(common: Tensor, first: Tensor, second: Tensor) -> Tensor:
    union = _area(first)[..., None] + _area(second)[..., None, :] - common
    return common / union.clamp(min=torch.finfo(union.dtype).tiny)


def _area(bboxes: Tensor) -> Tensor:
    left, top, right, bottom = _wide(bboxes).unbind(-1)
    return (right - left).clamp(min=0) * (bottom - top).clamp(min=0)


def _wide(bboxes: Tensor) -> Tensor:
    """Boxes whose areas can be told: in 16 bits they end at a square of 255 pixels."""
    return bboxes.float() if bboxes.element_size() < 4 else bboxes
