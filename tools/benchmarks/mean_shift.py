"""Our mean shift beside scikit-learn's: the same points, one thread each, turn by turn."""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor

from mmvist.models.layers.mean_shift import mean_shift

try:
    from sklearn.cluster import MeanShift
except ModuleNotFoundError:
    MeanShift = None

POINTS, CHANNELS, BLOBS = 60_000, 8, 8
BANDWIDTH = 1.0
# How far points are from their blob's middle, root of the mean square: as the loss allows, and half of that.
SPREADS = 0.5, 0.25
Row = dict[str, str | float | int]


def run(rounds: int = 5) -> list[Row]:
    """Measure on the CPU: as many points as cars have in five frames, in as many dimensions as the embedding.

    Args:
        rounds: Times that ours is run; their median counts. scikit-learn, which takes long, is run once for two.

    Returns:
        A row for each spread; what is said of scikit-learn is left out where it is not installed.
    """
    torch.set_num_threads(1)
    return [_measure(spread, rounds) for spread in SPREADS]


def _measure(spread: float, rounds: int) -> Row:
    points = _points(spread)
    ours = mean_shift(points, BANDWIDTH)
    row: Row = {'what': f'mean shift of {POINTS} points in {CHANNELS}-D, {BLOBS} blobs of spread {spread}',
                'clusters': len(ours.centres)}
    seconds, their_seconds = [], []
    for turn in range(rounds):
        seconds.append(_seconds(lambda: mean_shift(points, BANDWIDTH))[0])
        if MeanShift and turn % 2 == 0:
            taken, theirs = _seconds(lambda: MeanShift(bandwidth=BANDWIDTH, bin_seeding=True).fit(points.numpy()))
            their_seconds.append(taken)
    row['ours, ms'] = 1000 * median(seconds)
    if their_seconds:
        row |= {'scikit-learn, ms': 1000 * median(their_seconds),
                'times as fast': median(their_seconds) / median(seconds),
                'points with another label': int((ours.labels.numpy() != theirs.labels_).sum())}
    return row


def _points(spread: float) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    middles = 2 * torch.randn(BLOBS, CHANNELS, generator=generator)
    noise = spread / CHANNELS ** 0.5 * torch.randn(POINTS, CHANNELS, generator=generator)
    return middles[torch.arange(POINTS) % BLOBS] + noise


def _seconds(function: Callable) -> tuple[float, object]:
    """Seconds of the processor, so that other programs do not count, and the answer."""
    start = time.process_time()
    answer = function()
    return time.process_time() - start, answer
