"""Scores as pictures; matplotlib is needed here and in `score_curve_plot` alone."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import add
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmvist.evaluation.files import Counted
from mmvist.evaluation.functional.frame_ap import NO_MATCHES
from mmvist.evaluation.functional.hota import ALPHAS
from mmvist.evaluation.functional.matching import ClassMatches
from mmvist.evaluation.functional.video_ap import RECALL_GRID, curves
from mmvist.evaluation.report import VIDEO, split_name
from mmvist.io.atomic import open_atomic
from mmvist.io.progress import progress

# By row ('' for everything, else a class), by score: x and y, (N,) each, x as it is, y a share.
Curves = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]

# Okabe and Ito's colours, which the colour-blind can tell apart, without the yellow that is lost on white.
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000')
STYLES = ('-', '--', '-.', ':')
MAIN_SCORES = {'ytvis': 'AP', 'coco': 'AP', 'frame': 'AP', 'mots': 'sMOTSA', 'mot': 'MOTA', 'hota': 'HOTA',
               'id': 'IDF1', 'hard': 'association', 'windows': 'sMOTSA'}
NUM_RECALLS = 1000
RECALLS = np.arange(1, NUM_RECALLS + 1)  # whole numbers, so that a recall is reached or not whatever the last bit
MAX_BARS = 60
DPI = 120


def write_plots(results: Mapping[str, Counted], folder: str | Path) -> list[Path]:
    """Draw results over each other and write, for what was counted, a PNG each.

    `<metric>_curves.png` has precision over recall (`ytvis`, `coco`, `frame`) or the scores over alpha (`hota`),
    `<metric>_class_curves.png` the same for each class that has objects, and `<metric>_videos.png` the metric's main
    score of each video, of more than 60 those in which the first result does worst.

    Args:
        results: What was counted, all with the same metrics and ground truth, by the name of the result.
        folder: Made when missing.

    Returns:
        The files written.
    """
    scores = {name: counted.scores(per_video=True) for name, counted in results.items()}
    metrics = next(iter(results.values())).scoring.metrics
    jobs: list[tuple[str, Callable[[], Figure]]] = []
    for metric in metrics:
        if metric in CURVES:
            axis, curves_of = CURVES[metric]
            curves = {name: curves_of(counted) for name, counted in results.items()}
            jobs += [(f'{metric}_curves.png', partial(_whole, metric, axis, curves, scores)),
                     (f'{metric}_class_curves.png', partial(_by_class, metric, axis, curves))]
        jobs.append((f'{metric}_videos.png', partial(_videos, metric, scores)))
    paths = []
    for name, draw in progress(jobs, len(jobs), 'drawing'):
        paths.append(Path(folder) / name)
        with open_atomic(paths[-1], 'wb') as file:
            draw().savefig(file, format='png', dpi=DPI)
    return paths


def _precision_over_recall(classes: Sequence[str], videos: Sequence[Mapping[int, ClassMatches]]) -> Curves:
    precision = curves(videos, len(classes))[0][:, 0]
    defined = np.flatnonzero(~np.isnan(precision[:, 0, 0])).tolist()
    rows = {'': precision[defined].mean(axis=0)} | {classes[label]: precision[label] for label in defined}
    x = 100 * RECALL_GRID
    return {row: {'AP50': (x, values[0]), 'AP75': (x, values[5]), 'AP': (x, values.mean(axis=0))}
            for row, values in rows.items()}


def _of_tracks(counted: Counted) -> Curves:
    return _precision_over_recall(counted.classes, [counts['ytvis'] for counts in counted.videos.values()])


def _of_images(counted: Counted) -> Curves:
    frames = [matches for counts in counted.videos.values() for matches in counts['coco']]
    return _precision_over_recall(counted.classes, frames)


def _of_frames(counted: Counted) -> Curves:
    """Precision is not interpolated here: at each recall it is that of the first step to reach it."""
    videos = [counts['frame'] for counts in counted.videos.values()]
    rows = {}
    for label, name in enumerate(counted.classes):
        total = reduce(add, (matches[label] for matches in videos if label in matches), NO_MATCHES)
        if total.num_objects:
            order = np.argsort(-total.scores, kind='stable')
            ends = np.flatnonzero(np.diff(total.scores[order], append=-np.inf))
            hits = np.cumsum(total.hits[order])[ends]
            places = np.searchsorted(hits * NUM_RECALLS, RECALLS * total.num_objects, side='left')
            rows[name] = np.append(hits / (ends + 1), 0)[places]
    rows = {'': np.mean(list(rows.values()), axis=0), **rows}
    return {row: {'AP': (100 * RECALLS / NUM_RECALLS, values)} for row, values in rows.items()}


def _hota_over_alpha(counted: Counted) -> Curves:
    videos = [counts['hota'] for counts in counted.videos.values()]
    totals = {name: reduce(add, (counts.get(label, counts[None]) for counts in videos))
              for label, name in enumerate(counted.classes)}
    rows = {'': reduce(add, totals.values())} | {name: total for name, total in totals.items()
                                                 if (total.tp + total.fn).any()}
    return {row: {name: (ALPHAS, total.curves()[name]) for name in ('HOTA', 'DetA', 'AssA', 'LocA')}
            for row, total in rows.items()}


RECALL, ALPHA = ('recall (%)', 'precision (%)'), ('alpha', 'score (%)')
# What the axes are called, and what gives the curves.
CURVES: dict[str, tuple[tuple[str, str], Callable[[Counted], Curves]]] = {
    'ytvis': (RECALL, _of_tracks),
    'coco': (RECALL, _of_images),
    'frame': (RECALL, _of_frames),
    'hota': (ALPHA, _hota_over_alpha),
}


def _whole(metric: str, axis: tuple[str, str], curves: Mapping[str, Curves],
           scores: Mapping[str, Mapping[str, float | int]]) -> Figure:
    """One panel, with the value of each curve in the legend."""
    figure = Figure((7, 5), layout='constrained')
    axes = figure.subplots()
    _panel(axes, {name: of_row[''] for name, of_row in curves.items()},
           lambda name, score: f'{score} {100 * scores[name][f"{metric}/{score}"]:.1f}')
    axes.set(xlabel=axis[0], ylabel=axis[1], title=f'{metric}, all classes')
    figure.legend(loc='outside right upper')
    return figure


def _by_class(metric: str, axis: tuple[str, str], curves: Mapping[str, Curves]) -> Figure:
    """A small panel for each class."""
    names = [name for name in next(iter(curves.values())) if name]
    columns = math.ceil(math.sqrt(len(names)))
    rows = math.ceil(len(names) / columns)
    figure = Figure((2.3 * columns + 2.5, 2 * rows + 1), layout='constrained')
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, name in zip(grid, names, strict=False):
        _panel(axes, {result: of_row[name] for result, of_row in curves.items()}, lambda _, score: score)
        axes.set_title(name, fontsize='small')
    for axes in grid[max(len(names) - columns, 0):len(names)]:
        axes.tick_params(labelbottom=True)  # there may be none below
    for axes in grid[len(names):]:
        axes.set_axis_off()
    figure.supxlabel(axis[0])
    figure.supylabel(axis[1])
    figure.suptitle(f'{metric}, each class')
    figure.legend(*grid[0].get_legend_handles_labels(), loc='outside right upper')
    return figure


def _panel(axes: Axes, curves: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
           label: Callable[[str, str], str]) -> None:
    """Curves of one row: colours tell results apart, or the scores where there is one result alone."""
    several = len(curves) > 1
    for index, (name, of_score) in enumerate(curves.items()):
        for position, (score, (x, y)) in enumerate(of_score.items()):
            axes.plot(x, 100 * y, color=COLOURS[(index if several else position) % len(COLOURS)],
                      linestyle=STYLES[position], label=f'{name}: ' * several + label(name, score))
    axes.set_ylim(-2, 102)
    axes.grid(alpha=.3)


def _videos(metric: str, scores: Mapping[str, Mapping[str, float | int]]) -> Figure:
    """Bars, the worst video of the first result on top where not all have room, else in the order of the videos."""
    score = MAIN_SCORES[metric]
    values = {result: {row.removeprefix(VIDEO): 100 * value for name, value in flat.items()
                       for of, row, what in [split_name(name)] if (of, what) == (metric, score)
                       and row.startswith(VIDEO)} for result, flat in scores.items()}
    first = next(iter(values.values()))
    shown, title = list(first), f'{metric}: {score} of each video'
    if len(shown) > MAX_BARS:
        defined = [name for name in shown if math.isfinite(first[name])]
        shown = sorted(defined, key=first.__getitem__)[:MAX_BARS]
        title += f', the lowest {len(shown)} of {len(first)}'
    thickness = .8 / len(values)
    figure = Figure((8, 1.6 + len(shown) * (.12 + .14 * len(values))), layout='constrained')
    axes = figure.subplots()
    for index, (result, of_video) in enumerate(values.items()):
        places = np.arange(len(shown)) + (index - (len(values) - 1) / 2) * thickness
        lengths = np.array([of_video[name] for name in shown])
        # One video with next to no objects would otherwise press all others against the axis.
        clipped = np.clip(np.where(np.isfinite(lengths), lengths, 0), -100, 100)
        axes.barh(places, clipped, thickness, color=COLOURS[index % len(COLOURS)], label=result)
        for place, length, value in zip(places, clipped, lengths, strict=True):
            axes.text(max(length, 0) + 1, place, f'{value:.1f}' if math.isfinite(value) else '-', va='center',
                      fontsize=6)
    lowest = min(0, *(patch.get_width() for patch in axes.patches)) if axes.patches else 0
    axes.set(xlim=(1.05 * lowest, 110), ylim=(len(shown) - .4, -.6), xlabel=f'{score} (%)')
    axes.set_yticks(range(len(shown)), shown, fontsize='small')
    axes.set_title(title, fontsize='medium')
    axes.axvline(0, color='black', linewidth=.8)
    axes.grid(axis='x', alpha=.3)
    axes.set_axisbelow(True)
    if len(values) > 1:
        figure.legend(loc='outside lower center', ncols=2)
    return figure
