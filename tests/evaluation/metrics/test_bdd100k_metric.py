"""The registered metric around BDD100K's scores."""

from dataclasses import replace

import numpy as np
import pytest

from mmvist.evaluation.bdd100k import score_bdd100k
from mmvist.evaluation.metrics.bdd100k import BDD100KMetric
from mmvist.io import ytvis
from mmvist.registry import METRICS
from mmvist.structures import VideoSet
from tests.evaluation.frame_results import frame_results

CLASSES = ('car', 'pedestrian')


@pytest.fixture
def files(make_random_pair, tmp_path):
    truth, results = make_random_pair(3, num_copies=2, ignore_label=0)
    ytvis.write(truth, tmp_path / 'gt.json')
    return tmp_path / 'gt.json', truth, results


def built(path, **arguments):
    metric = METRICS.build(dict(type='BDD100KMetric', ann_file=path, format='ytvis', **arguments))
    metric.dataset_meta = {'classes': CLASSES}
    return metric


def test_scores_are_those_of_the_function(files):
    path, truth, results = files
    expected = score_bdd100k(truth, results)
    for per_class, rows in ((False, ('AVERAGE', 'OVERALL')),
                            (True, ('car', 'pedestrian', 'human', 'vehicle', 'AVERAGE', 'OVERALL'))):
        metric = built(path, per_class=per_class)
        for result in frame_results(results)[::-1]:
            metric.process(None, [result])
        scores = metric.evaluate(1)
        assert list(dict.fromkeys(name.split('/')[1] for name in scores)) == list(rows)
        assert len(scores) == 10 * len(rows)
        assert scores == pytest.approx({name: expected[name] for name in scores}, nan_ok=True)
    assert expected['bdd100k/OVERALL/IDS'] > 0


def test_boxes_are_compared_and_masks_need_not_be_there(make_set, make_tracks, rect, tmp_path):
    """A box that is not its mask's own."""
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 8, 8)}), length=1))
    ytvis.write(truth, tmp_path / 'gt.json')
    result, = frame_results(truth)
    for box, num_missed in (((0, 0, 8, 8), 0), ((0, 0, 8, 3), 1)):
        metric = built(tmp_path / 'gt.json')
        bboxes = np.array([box], np.float32)
        metric.process(None, [replace(result, masks=(None,), bboxes=bboxes)])
        assert metric.evaluate(1)['bdd100k/OVERALL/FN'] == num_missed


def test_tracks_of_low_score_are_left_out(make_set, make_tracks, rect, tmp_path):
    mask = rect(0, 0, 9, 9)
    ytvis.write(make_set(make_tracks(dict(id=1, masks={0: mask}), length=1)), tmp_path / 'gt.json')
    found = make_set(make_tracks(dict(id=4, masks={0: mask}, score=.9),
                                 dict(id=5, masks={0: rect(20, 0, 9, 9)}, score=.3), length=1))
    for min_score, num_false in ((.3, 1), (.4, 0)):
        metric = built(tmp_path / 'gt.json', min_score=min_score)
        metric.process(None, frame_results(found))
        scores = metric.evaluate(1)
        assert (scores['bdd100k/OVERALL/FP'], scores['bdd100k/OVERALL/FN']) == (num_false, 0)


def test_classes_go_by_name(files):
    path, truth, results = files
    metric = built(path, per_class=True)
    metric.dataset_meta = {'classes': CLASSES[::-1]}
    metric.process(None, frame_results(results.with_classes(CLASSES[::-1])))
    expected = score_bdd100k(truth, results)
    assert metric.evaluate(1) == pytest.approx(expected, nan_ok=True)


def test_what_is_refused(files, tmp_path):
    path, truth, _ = files
    ytvis.write(VideoSet(truth.classes, (), truth.category_ids), tmp_path / 'empty.json')
    for error, message, make in (
            (FileNotFoundError, 'BDD100KMetric: none.json: no such', lambda: BDD100KMetric('none.json', 'ytvis')),
            (ValueError, "unknown format 'voc'; known: ytvis", lambda: BDD100KMetric(path, format='voc')),
            (ValueError, 'empty.json: the ground truth has no objects', lambda: built(tmp_path / 'empty.json')),
            (TypeError, 'per_clas', lambda: built(path, per_clas=True)),
    ):
        with pytest.raises(error, match=message):
            make()
