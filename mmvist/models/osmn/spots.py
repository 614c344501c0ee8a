"""Where an object is, as four numbers that do not mind ragged masks: OSMN's spatial guide."""

import torch
from torch import Tensor

# A normal distribution's standard deviation, from the median of absolute deviations.
PER_MAD = 1.4826
MIN_DEVIATION = 5.0


def find_spots(masks: Tensor) -> Tensor:
    """Median and robust deviation of the pixels of each mask.

    Args:
        masks: (N, H, W) bool.

    Returns:
        (N, 4) x, y, deviation in x, deviation in y, in pixels; a deviation is 1.4826 times the median absolute one and
        at least 5. For an empty mask the numbers are finite and mean nothing.
    """
    centres, deviations = zip(*(_robust(masks.sum(dim=axis)) for axis in (1, 2)), strict=True)
    return torch.stack([*centres, *deviations], dim=1)


def heat_maps(spots: Tensor, height: int, width: int) -> Tensor:
    """A Gaussian around each spot (N, 4), one at its centre: (N, 1, height, width)."""
    x, y, deviation_x, deviation_y = spots[..., None].unbind(1)
    columns, rows = (torch.arange(size, dtype=spots.dtype, device=spots.device) + 0.5 for size in (width, height))
    along = torch.exp(-0.5 * ((columns - x) / deviation_x) ** 2)
    down = torch.exp(-0.5 * ((rows - y) / deviation_y) ** 2)
    return (down[:, :, None] * along[:, None])[:, None]


def perturbed(spots: Tensor, shift: float, growth: float) -> Tensor:
    """Spots as a bad mask might give them.

    Args:
        spots: (N, 4).
        shift: Largest move of the centre, in deviations, either way.
        growth: Deviations are multiplied by a number from 1 / (1 + growth) to 1 + growth.
    """
    centre, deviation = spots.split(2, dim=1)
    moves = torch.empty_like(centre).uniform_(-shift, shift)
    factors = torch.empty_like(deviation).uniform_(1 / (1 + growth), 1 + growth)
    return torch.cat([centre + moves * deviation, factors * deviation], dim=1)


def _robust(counts: Tensor) -> tuple[Tensor, Tensor]:
    """Median (N,) and deviation (N,) of pixels that are counted (N, K) along one axis."""
    places = (torch.arange(counts.shape[1], dtype=torch.float32, device=counts.device) + 0.5).expand(counts.shape)
    median = _median(places, counts)
    distances, order = (places - median[:, None]).abs().sort(dim=1)
    return median, (PER_MAD * _median(distances, counts.gather(1, order))).clamp(min=MIN_DEVIATION)


def _median(values: Tensor, counts: Tensor) -> Tensor:
    """Medians (N,) of rising values (N, K) that occur so many times; of an even number the mean of the middle two."""
    seen = counts.cumsum(dim=1)
    total = seen[:, -1:]
    # The first value by which more have been seen than the rank asks for.
    ranks = torch.cat([(total - 1) // 2, total // 2], dim=1)
    middle = torch.searchsorted(seen, ranks, right=True).clamp(max=values.shape[1] - 1)
    return values.gather(1, middle).mean(dim=1)
