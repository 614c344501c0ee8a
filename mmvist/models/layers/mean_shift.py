"""Mean shift (Comaniciu and Meer 2002): clusters of points around the places where they are densest."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

# Pairs of seed and point that are looked at together: as many as stay in a processor's cache.
BLOCK = 1 << 17
# Up to so many pairs, leaving out points that are out of reach costs more than it saves.
WORTH_SPLITTING = 1 << 21


class MeanShiftResult(NamedTuple):
    """Clusters of P points.

    Attributes:
        centres: (K, E), in the points' type and unit.
        labels: (P,) int64, the row of each point's centre; -1 for a point of no cluster.
    """

    centres: Tensor
    labels: Tensor


@torch.no_grad()
def mean_shift(points: Tensor, bandwidth: float, max_iterations: int = 300) -> MeanShiftResult:
    """Flat kernel, seeds on a grid, every point in a cluster.

    The rules are those of scikit-learn's `MeanShift(bandwidth=bandwidth, bin_seeding=True)`. The middles of the cells
    of a grid that points fall into are the seeds, the cells being as wide as the bandwidth; where no two points share a
    cell, the points are. A seed moves to the mean of the points within the bandwidth, until a step is at most a
    thousandth of it; one without such points is dropped. The ends are sorted by the number of points that the last
    mean is of, then by coordinates, both falling, and one that is within the bandwidth of an earlier one that stays is
    dropped. A point belongs to the nearest end, to the first of equally near ones.

    A cell's middle may be farther from its points than the bandwidth once E is above 4. Where no seed has a point
    scikit-learn gives up; here the points are the seeds then.

    Squares of distances are taken in float64, from the middle seed: they are off by 1e-4 square bandwidths, or more,
    only among points that are more than 1e5 bandwidths away from it.

    Args:
        points: (P, E) floats, all finite.
        bandwidth: Radius of the kernel, above 0, in the points' unit.
        max_iterations: Steps of a seed after the first.

    Returns:
        Centres farther than the bandwidth from each other, that with most points first; none where there is no point.

    Raises:
        ValueError: The points are not finite floats (P, E), or the bandwidth is not above 0.
    """
    _check(points, bandwidth, 'bandwidth')
    if len(points) == 0:
        return MeanShiftResult(points, points.new_zeros(0, dtype=torch.int64))
    seeds = _grid_seeds(points, bandwidth)
    origin = seeds.sort(dim=0).values[len(seeds) // 2]
    table = _tabulate(points - origin)
    ends = _ends(seeds - origin, table, bandwidth, max_iterations)
    if len(ends) == 0:
        ends = _ends(table[:, 1:-1].unique(dim=0), table, bandwidth, max_iterations)
    ends = _apart(ends, bandwidth)
    return MeanShiftResult((ends + origin).to(points.dtype), _nearest(ends, table))


@torch.no_grad()
def sequential_mean_shift(points: Tensor, radius: float = 1.5, generator: torch.Generator | None = None,
                          max_iterations: int = 100, tolerance: float = 1e-4, min_points: int = 100,
                          max_failures: int = 20, max_overlap: float = 0.5) -> MeanShiftResult:
    """One cluster after the other, each from a random point (Spatio-temporal embedding, section 3).

    The start is one of the points that are left. From there it goes to the mean of those left within the radius, until
    a step is at most `tolerance`. All points within the radius are the cluster, and those of them that are left are
    labelled. Where more than `max_overlap` of them are so already there is no cluster, and those left are given up, as
    in the authors' code. It ends when few points are left, or when too many starts in a row have led nowhere.

    Args:
        points: (P, E) floats, all finite.
        radius: Radius of a cluster, above 0, in the points' unit.
        generator: Draws the starts, on the CPU; by default PyTorch's own.
        max_iterations: Steps in which a start has to settle.
        tolerance: In the points' unit.
        min_points: It goes on while so many are left, and one at least.
        max_failures: Starts in a row.
        max_overlap: Share of a cluster's points that earlier clusters may have, 0..1.

    Returns:
        Centres in the order in which they were found, which may be none; points may be of no cluster.

    Raises:
        ValueError: The points are not finite floats (P, E), or the radius is not above 0.
    """
    _check(points, radius, 'radius')
    places = points.double()
    labels = torch.full((len(points),), -1, device=points.device)
    left = labels < 0
    centres, failures = [places[:0]], 0
    while failures < max_failures and (num_left := int(left.sum())) >= max(min_points, 1):
        start = int(torch.randint(num_left, (1,), generator=generator))
        centre = _settle(places[left], start, radius, max_iterations, tolerance)
        if centre is None:
            failures += 1
            continue
        failures = 0
        cluster = _within(places, centre, radius)
        if (labels[cluster] >= 0).double().mean() <= max_overlap:
            labels[cluster & left] = len(centres) - 1
            centres.append(centre[None])
        left &= ~cluster
    return MeanShiftResult(torch.cat(centres).to(points.dtype), labels)


def _check(points: Tensor, radius: float, name: str) -> None:
    if points.ndim != 2 or not points.is_floating_point():
        raise ValueError(f'points must be floats (P, E), got {points.dtype} {tuple(points.shape)}')
    if not 0 < radius < math.inf:
        raise ValueError(f'{name} must be finite and above 0, got {radius}')
    # The extremes of what is not finite are not finite, and quickly found.
    if len(points) and not torch.stack(points.aminmax()).isfinite().all():
        broken = int((~points.isfinite()).any(dim=1).sum())
        raise ValueError(f'points must be finite, {broken} of {len(points)} are not')


def _grid_seeds(points: Tensor, cell: float) -> Tensor:
    """Middles (S, E), float64, of the cells that points (P, E) fall into, or the points if all have their own."""
    cells = (points / cell).round().double()
    low, high = cells.aminmax(dim=0)
    spans = high - low + 1
    if spans.prod() < 2 ** 53:
        # One whole number for a cell is sorted ten times faster than its E coordinates.
        strides = torch.cat([spans.new_ones(1), spans[:-1].cumprod(dim=0)])
        numbers = ((cells - low) @ strides).long().unique()
        cells = numbers[:, None] // strides.long() % spans.long() + low
    else:
        cells = cells.unique(dim=0)
    return points.double() if len(cells) == len(points) else cells * cell


def _tabulate(points: Tensor) -> Tensor:
    """Rows (P, 1 + E + 1) of points (P, E): one, the point, its square."""
    return torch.cat([torch.ones_like(points[:, :1]), points, points.square().sum(dim=1, keepdim=True)], dim=1)


def _nearness(centres: Tensor, radius: float) -> Tensor:
    """Rows (K, 1 + E + 1) whose products with those of a table are radius^2 - |centre - point|^2."""
    constant = radius ** 2 - centres.square().sum(dim=1, keepdim=True)
    return torch.cat([constant, 2 * centres, torch.full_like(constant, -1)], dim=1)


def _ends(seeds: Tensor, table: Tensor, bandwidth: float, max_iterations: int) -> Tensor:
    """Where seeds (S, E) end up: (N, E), sorted by falling numbers of points, then by falling coordinates."""
    ends = []
    for iteration in range(max_iterations + 1):
        found = _neighbours(seeds, table, bandwidth)
        some = found[:, 0] > 0
        seeds, found = seeds[some], found[some]
        moves = (found[:, 1:] - seeds).norm(dim=1) > 1e-3 * bandwidth
        if iteration == max_iterations:
            moves[:] = False
        ends.append(found[~moves])
        # Where a seed goes from here depends on nothing but where it is, so seeds at one place, to the last bit, are
        # one. Nearly all soon are, being means of the same points. Seeds that are merely close may yet part.
        seeds = found[moves, 1:].unique(dim=0)
        if len(seeds) == 0:
            break
    return torch.cat(ends).unique(dim=0).flip(0)[:, 1:]


def _neighbours(seeds: Tensor, table: Tensor, radius: float) -> Tensor:
    """Number and mean (S, 1 + E) of the points within the radius of each seed (S, E); the mean of none is NaN.

    Seeds are halved along their widest axis, and these halves again; each takes along the points in its reach only.
    """
    low, high = seeds.aminmax(dim=0)
    width, axis = (high - low).max(dim=0)
    if len(seeds) * len(table) <= WORTH_SPLITTING or width <= radius:
        return _neighbours_among_all(seeds, table, radius)
    found = seeds.new_empty(len(seeds), 1 + seeds.shape[1])
    upper = seeds[:, axis] - low[axis] > width / 2
    column = table[:, 1 + axis].contiguous()
    # What ends between the halves is looked at; how far they reach elsewhere, other splits see to.
    for half, reached in ((upper, column >= seeds[upper, axis].min() - radius),
                          (~upper, column <= seeds[~upper, axis].max() + radius)):
        # Whole rows are copied faster than a mask picks their numbers.
        rows = table.index_select(0, reached.nonzero()[:, 0])
        found[half] = _neighbours(seeds[half], rows, radius)
    return found


def _neighbours_among_all(seeds: Tensor, table: Tensor, radius: float) -> Tensor:
    """`_neighbours` without a search."""
    nearness = _nearness(seeds, radius)
    sums = torch.zeros_like(nearness)
    for rows in table.split(math.ceil(BLOCK / len(seeds))):
        sums += (nearness @ rows.T).ge_(0) @ rows
    return torch.cat([sums[:, :1], sums[:, 1:-1] / sums[:, :1]], dim=1)


def _apart(ends: Tensor, distance: float) -> Tensor:
    """Of ends (N, E), N >= 1, those (K, E) that are farther than a distance from all before them that stay."""
    kept = []
    while len(ends):
        kept.append(ends[0])
        ends = ends[(ends - ends[0]).norm(dim=1) > distance]
    return torch.stack(kept)


def _nearest(centres: Tensor, table: Tensor) -> Tensor:
    """Row (P,) of the centre (K, E) that is nearest to each point, the first of equally near ones."""
    nearness = _nearness(centres, 0.)
    return torch.cat([(rows @ nearness.T).argmax(dim=1) for rows in table.split(math.ceil(BLOCK / len(centres)))])


def _within(points: Tensor, centre: Tensor, radius: float) -> Tensor:
    """Which points (P,) bool are within the radius of a centre (E,)."""
    return (points - centre).norm(dim=1) <= radius


def _settle(points: Tensor, start: int, radius: float, max_iterations: int, tolerance: float) -> Tensor | None:
    """Where (E,) a point is led by the mean of the points within the radius; `None` if it does not come to rest."""
    centre = points[start]
    for _ in range(max_iterations):
        before, centre = centre, points[_within(points, centre, radius)].mean(dim=0)
        if (centre - before).norm() <= tolerance:
            return centre if _within(points, centre, radius).any() else None
    return None
