"""Pictures of scores: which are written, and what is drawn in them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvist.evaluation import plots
from mmvist.evaluation.files import Counted
from mmvist.evaluation.functional import Scoring
from mmvist.evaluation.functional.frame_ap import FrameMatches
from mmvist.evaluation.plots import write_plots

SCORING = Scoring(('ytvis', 'mots', 'hota'), overlaps='keep')


def count(truth, found):
    return Counted(SCORING, truth.classes, {tracks.video.name: SCORING.count(tracks, mine) for tracks, mine in
                                            zip(truth.videos, found.videos, strict=True)})


@pytest.fixture
def half(make_set, make_tracks, rect):
    """Cars: one of two is found, whole; a false alarm comes after it. A second video has a false alarm alone."""
    box = rect(0, 0, 10, 10)
    truth = make_set(make_tracks(dict(id=1, masks={0: box}), dict(id=2, masks={0: rect(20, 0, 10, 10)}), length=1),
                     make_tracks(length=1, video=2))
    found = make_set(make_tracks(dict(id=1, masks={0: box}, score=.9),
                                 dict(id=2, masks={0: rect(0, 12, 5, 5)}, score=.5), length=1),
                     make_tracks(dict(id=1, masks={0: box}, score=.1), length=1, video=2))
    return count(truth, found)


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_files(half, tmp_path):
    counted = replace(half, scoring=replace(SCORING, metrics=('ytvis', 'mots')))
    paths = write_plots({'a': counted}, tmp_path / 'new')
    assert [path.name for path in paths] == [
        'ytvis_curves.png', 'ytvis_class_curves.png', 'ytvis_videos.png', 'mots_videos.png']
    assert sorted(path.name for path in (tmp_path / 'new').iterdir()) == sorted(path.name for path in paths)
    for path in paths:
        assert np.ptp(cv2.imread(str(path))) > 200  # something is drawn


def test_precision_over_recall(half):
    """One of two objects is found first: precision 1 up to recall 1/2, nothing beyond."""
    axis, curves_of = plots.CURVES['ytvis']
    curves = curves_of(half)
    assert list(curves) == ['', 'car']  # no pedestrians
    for row in curves.values():
        assert list(row) == ['AP50', 'AP75', 'AP']
        for x, y in row.values():
            assert x.tolist() == [pytest.approx(percent) for percent in range(101)]
            assert y.tolist() == pytest.approx([1.0] * 51 + [0.0] * 50)
    (axes,) = plots._whole('ytvis', axis, {'a': curves}, {'a': half.scores()}).axes
    assert list(lines(axes)) == ['AP50 50.5', 'AP75 50.5', 'AP 50.5']
    assert (axes.get_xlabel(), axes.get_ylabel()) == ('recall (%)', 'precision (%)')
    assert lines(axes)['AP 50.5'].get_ydata().max() == pytest.approx(100)


def test_precision_over_recall_of_images(half):
    """COCO's counts have an entry for each frame; here both frames of one video are as that of `half`."""
    frame = half.videos['v1']['ytvis']
    counted = replace(half, videos={'v1': {'coco': [frame, frame]}, 'v2': {'coco': []}})
    assert plots.CURVES['coco'][1](counted)['car']['AP75'][1].tolist() == pytest.approx([1.0] * 51 + [0.0] * 50)


def test_precision_over_recall_of_frames(half):
    """Of five cars: a hit, then at one score a hit and a false alarm; of pedestrians the only one; no other class."""
    cars, more = (FrameMatches(np.array(scores), np.array(hits), num_objects)
                  for scores, hits, num_objects in (([.5, .9], [True, True], 4), ([.5], [False], 1)))
    person, rider = (FrameMatches(np.array([.1]), np.array([bool(count)]), count) for count in (1, 0))
    counted = replace(half, classes=('car', 'pedestrian', 'rider'), videos={
        'a': {'frame': {0: cars, 1: person}}, 'b': {'frame': {0: more, 2: rider}}})
    curves = plots.CURVES['frame'][1](counted)
    assert list(curves) == ['', 'car', 'pedestrian']
    x, y = curves['car']['AP']
    assert (x[0], x[-1]) == (.1, 100)
    assert y.tolist() == pytest.approx([1.0] * 200 + [2 / 3] * 200 + [0.0] * 600)
    assert y.mean() == pytest.approx((cars + more).ap)
    assert curves['']['AP'][1].tolist() == pytest.approx([1.0] * 200 + [5 / 6] * 200 + [.5] * 600)


def test_hota_over_alpha(half):
    """One match of IoU 1, one miss, two false alarms: DetA 1/4; the videos do not share ids."""
    curves = plots.CURVES['hota'][1](half)
    assert list(curves) == ['', 'car']
    for row in curves.values():
        assert {name: y.tolist() for name, (_, y) in row.items()} == {
            'HOTA': [pytest.approx(.5)] * 19, 'DetA': [.25] * 19, 'AssA': [1.0] * 19, 'LocA': [1.0] * 19}
        assert row['HOTA'][0][[0, -1]].tolist() == pytest.approx([.05, .95])


def test_several_results_differ_in_colour_and_scores_in_style(half):
    curves = plots.CURVES['hota'][1](half)
    scores = {name: half.scores() for name in ('a', 'b')}
    one, two = (lines(plots._whole('hota', plots.ALPHA, dict.fromkeys(names, curves), scores).axes[0])
                for names in ('a', 'ab'))
    assert list(one) == ['HOTA 50.0', 'DetA 25.0', 'AssA 100.0', 'LocA 100.0']
    assert len({line.get_color() for line in one.values()}) == 4
    assert list(two)[3:5] == ['a: LocA 100.0', 'b: HOTA 50.0']
    assert {label[0]: line.get_color() for label, line in two.items()} == {'a': '#0072b2', 'b': '#d55e00'}
    assert [line.get_linestyle() for line in two.values()] == ['-', '--', '-.', ':'] * 2


def test_a_panel_for_each_class(half):
    curve = {'AP': (np.arange(2), np.arange(2))}
    figure = plots._by_class('ytvis', plots.RECALL, {'a': {'': curve, **{f'class {i}': curve for i in range(5)}}})
    assert [axes.get_title() for axes in figure.axes] == [*(f'class {i}' for i in range(5)), '']
    assert [axes.axison for axes in figure.axes] == [True] * 5 + [False]


def test_bars(half):
    """The second video has no objects: sMOTSA is undefined there."""
    axes = plots._videos('mots', {'a': half.scores(per_video=True)}).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ['v1', 'v2']
    assert [patch.get_width() for patch in axes.patches] == [0, 0]  # one hit, one false alarm
    assert [text.get_text() for text in axes.texts] == ['0.0', '-']
    assert axes.get_title() == 'mots: sMOTSA of each video'


def test_bars_far_below_zero_are_cut():
    scores = {f'mots/video/{name}/sMOTSA': value for name, value in (('a', -30.0), ('b', .5))}
    axes = plots._videos('mots', {'r': scores, 's': scores}).axes[0]
    assert [patch.get_width() for patch in axes.patches] == [-100, 50] * 2
    assert [text.get_text() for text in axes.texts] == ['-3000.0', '50.0'] * 2
    assert axes.get_xlim() == (-105, 110)


def test_of_many_videos_the_worst_are_shown():
    scores = {f'hota/video/v{index}/HOTA': 1 - index / 100 for index in range(70)}
    axes = plots._videos('hota', {'r': scores | {'hota/video/none/HOTA': float('nan')}}).axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert (len(labels), labels[0], labels[-1]) == (60, 'v69', 'v10')
    assert axes.get_title() == 'hota: HOTA of each video, the lowest 60 of 71'
