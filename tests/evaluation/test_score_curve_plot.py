"""The picture of tracks' scores: what is drawn in it, and that it is written."""

import cv2
import numpy as np

from mmvist.evaluation import score_curve_plot
from mmvist.evaluation.functional.score_curves import NO_TRACKS, ScoreCurve

CURVES = {'true': ScoreCurve(np.array([1., .75]), np.array([1., .25]), np.array([2, 1]), 1.25),
          'false': ScoreCurve(np.array([2., 0, .25]), np.array([2., 0, .75]), np.array([4, 0, 1]), 1.75)}


def test_means_above_numbers_below():
    upper, lower = score_curve_plot._drawn(CURVES).axes
    assert [line.get_label() for line in upper.get_lines()] == [
        'true, 2 tracks', 'true, the same at birth', 'false, 4 tracks', 'false, the same at birth']
    for axes, expected in ((upper, ([50, 75], [50, 25], [50, np.nan, 25], [50, np.nan, 75])),
                           (lower, ([2, 1], [4, np.nan, 1]))):
        for line, values in zip(axes.get_lines(), expected, strict=True):
            assert line.get_xdata().tolist() == list(range(len(values)))
            assert np.array_equal(line.get_ydata(), values, equal_nan=True)
    assert [line.get_color() for line in upper.get_lines()[::2]] == [line.get_color() for line in lower.get_lines()]


def test_file(tmp_path):
    for name, curves in (('some', CURVES), ('none', dict.fromkeys(CURVES, NO_TRACKS))):
        path = tmp_path / 'new' / f'{name}.png'
        score_curve_plot.write_score_curves(curves, path)
        assert np.ptp(cv2.imread(str(path))) > 200  # something is drawn
    assert sorted(path.name for path in path.parent.iterdir()) == ['none.png', 'some.png']
