"""What the encoder sees: xi_t = [F_t, F_{t-1}, Lambda_{t-1}] (section 3.1)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def category_map(masks: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Lambda: where objects are, and of what class; the union of their masks, each weighted by its category.

    Args:
        masks: (N, H, W) bool; where some overlap, the last one is seen.
        labels: (N,) int64 class indices.
        weights: (|C|,) of the categories.

    Returns:
        (1, H, W), of the weights' type: the object's weight, 0 where there is none.
    """
    places = torch.arange(1, len(masks) + 1, device=masks.device)[:, None, None]
    top = (masks * places).amax(0, keepdim=True) if len(masks) else masks.new_zeros((1, *masks.shape[1:]), dtype=int)
    return torch.cat([weights.new_zeros(1), weights[labels]])[top]


def perturbed_masks(masks: Tensor, drop: float, max_change: int, generator: torch.Generator | None = None) -> Tensor:
    """True masks made as wrong as the network's own will be: some gone, the others wider or narrower.

    Args:
        masks: (N, H, W) bool.
        drop: Chance that a mask is gone, 0..1.
        max_change: Pixels by which a mask may grow or shrink at most, each number as likely.
        generator: Where chance comes from, on the CPU.

    Returns:
        (N, H, W) bool; masks that are gone are empty.
    """
    changes = torch.randint(-max_change, max_change + 1, (len(masks),), generator=generator).tolist()
    gone = torch.rand(len(masks), generator=generator) < drop
    changed = [_grown(mask, change) for mask, change in zip(masks, changes, strict=True)]
    kept = torch.stack(changed) if changed else masks
    return kept & ~gone.to(masks.device)[:, None, None]


def _grown(mask: Tensor, pixels: int) -> Tensor:
    """A mask (H, W) wider by some pixels, narrower if there are less than none."""
    if pixels == 0:
        return mask
    values = (mask if pixels > 0 else ~mask)[None, None].float()
    reach = abs(pixels)
    rows = F.max_pool2d(values, (2 * reach + 1, 1), stride=1, padding=(reach, 0))
    wider = F.max_pool2d(rows, (1, 2 * reach + 1), stride=1, padding=(0, reach))[0, 0] > 0
    return wider if pixels > 0 else ~wider
