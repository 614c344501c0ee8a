"""Scores of true and of false tracks over their age, as a picture."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from mmvist.evaluation.functional.score_curves import ScoreCurve
from mmvist.evaluation.plots import COLOURS, DPI
from mmvist.io.atomic import open_atomic


def write_score_curves(curves: Mapping[str, ScoreCurve], path: str | Path) -> None:
    """Write a PNG: above, the mean score of each kind of tracks at each age; below, how many tracks that is.

    Dashed is the mean score that the same tracks had at birth.

    Args:
        curves: By kind.
        path: The file.
    """
    with open_atomic(path, 'wb') as file:
        _drawn(curves).savefig(file, format='png', dpi=DPI)


def _drawn(curves: Mapping[str, ScoreCurve]) -> Figure:
    figure = Figure((7, 6), layout='constrained')
    upper, lower = figure.subplots(2, sharex=True, height_ratios=(2, 1))
    for colour, (kind, curve) in zip(COLOURS, curves.items(), strict=False):
        ages = np.arange(len(curve.counts))
        # Marks, as a line shows no age between two at which there are no tracks.
        upper.plot(ages, 100 * curve.means, color=colour, marker='.', label=f'{kind}, {curve.num_tracks} tracks')
        upper.plot(ages, 100 * curve.birth_means, color=colour, linestyle='--', label=f'{kind}, the same at birth')
        lower.plot(ages, np.where(curve.counts > 0, curve.counts, np.nan), color=colour, marker='.')
    upper.set(ylabel='mean score (%)', ylim=(-2, 102), title='scores of tracks')
    # On a log scale, as there may be many short tracks, and few are left where the curves get long.
    most = max(1, *(curve.num_tracks for curve in curves.values()))
    lower.set(xlabel='age (frames since first shown)', ylabel='tracks', yscale='log', ylim=(.8, 1.25 * most))
    lower.xaxis.get_major_locator().set_params(integer=True)
    lower.yaxis.set_major_formatter('{x:.0f}')
    for axes in (upper, lower):
        axes.grid(alpha=.3)
    figure.legend(loc='outside right upper')
    return figure
