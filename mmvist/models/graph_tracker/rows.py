"""Choosing among rows that fill up a batch."""

import torch
from torch import Tensor


def best_of(logits: Tensor, mask: Tensor) -> Tensor:
    """Index of the largest along the last axis (B, M) of logits (B, M, N) that count, by mask (B, N); -1 for none."""
    if logits.shape[2] == 0:
        return torch.full(logits.shape[:2], -1, dtype=torch.int64, device=logits.device)
    best = logits.masked_fill(~mask[:, None], -torch.inf).argmax(2)
    return torch.where(mask.any(1)[:, None], best, -1)


def pick(values: Tensor, index: Tensor) -> Tensor:
    """Rows (B, M, ...) of values (B, N, ...) by index (B, M); zeros where it is -1."""
    if values.shape[1] == 0:
        return values.new_zeros(*index.shape, *values.shape[2:])
    flat = values.flatten(2) if values.dim() > 2 else values[..., None]
    rows = flat.gather(1, index.clamp(min=0)[..., None].expand(-1, -1, flat.shape[2]))
    rows = rows * (index >= 0)[..., None].to(rows.dtype)
    return rows.unflatten(2, values.shape[2:]) if values.dim() > 2 else rows[..., 0]


def grown(values: Tensor, count: int, fill: float = 0) -> Tensor:
    """Values (B, M, ...) with so many more rows."""
    if count == 0:
        return values
    return torch.cat([values, values.new_full((len(values), count, *values.shape[2:]), fill)], dim=1)
