"""Scores of true and of false tracks over a run."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvist.evaluation.metrics.base import ScoringError
from mmvist.io import ytvis
from mmvist.registry import METRICS
from mmvist.structures import TrackSummary
from tests.evaluation.frame_results import frame_results


@pytest.fixture
def results(make_set, make_tracks, rect, tmp_path):
    """Track 7 stays on a car and gains, of another class; 8 is on it in the first of three frames alone, and loses."""
    car, elsewhere = rect(0, 0, 9, 9), rect(20, 0, 9, 9)
    truth = make_set(make_tracks(dict(id=1, masks=dict.fromkeys(range(4), car)), length=4),
                     make_tracks(dict(id=1, masks={0: car}), video=2, length=1))
    ytvis.write(truth, tmp_path / 'gt.json')
    found = frame_results(make_set(make_tracks(
        dict(id=7, label=1, masks=dict.fromkeys(range(4), car)),
        dict(id=8, masks={1: car, 2: elsewhere, 3: elsewhere}), length=4), make_tracks(video=2, length=1)))
    scores = [[.5], [.625, .5], [.75, .25], [1., .125], []]
    return [replace(result, scores=np.array(values, np.float32)) for result, values in zip(found, scores, strict=True)]


def evaluated(folder, results, **arguments):
    metric = METRICS.build(dict(type='ScoreCurveMetric', ann_file=folder / 'gt.json', **arguments))
    metric.dataset_meta = {'classes': ('car', 'pedestrian')}
    for result in results:
        metric.process(None, [result])
    return metric.evaluate(len(results))


def as_scores(true, false):
    return {f'curves/{kind}/{name}': value for kind, values in (('true', true), ('false', false))
            for name, value in zip(('birth', 'last', 'tracks'), values, strict=True)}


def test_scores_of_frames_in_any_order(results, tmp_path):
    """Of masks, whatever the class, and whatever score the tracker states for whole tracks in the end."""
    expected = as_scores((.5, 1, 1), (.5, .125, 1))
    for order in (results, results[::-1], results[2:] + results):
        assert evaluated(tmp_path, order) == expected
    assert [path.name for path in tmp_path.iterdir()] == ['gt.json']


def test_missing_frames(results, tmp_path):
    """Without frame 2 the false track is on the car for half of its frames; without all, there is no track."""
    nothing = np.nan, np.nan, 0
    for found, true in ((results[:2] + results[3:], (.5, .5625, 2)), ([], nothing)):
        assert evaluated(tmp_path, found) == pytest.approx(as_scores(true, nothing), nan_ok=True)


def test_dropped_tracks_do_not_count(results, tmp_path):
    last = replace(results[3], summaries={7: TrackSummary(0, .9), 8: TrackSummary(0, .9, keep=False)})
    scores = evaluated(tmp_path, [*results[:3], last, results[4]])
    assert (scores['curves/true/tracks'], scores['curves/true/last'], scores['curves/false/tracks']) == (1, 1, 0)


def test_regions_to_be_ignored(results, make_set, make_tracks, rect, tmp_path):
    """The track that is false lies there, and the true one counts all the same."""
    masks = dict.fromkeys(range(4), rect(0, 0, 9, 9)), dict.fromkeys(range(4), rect(18, 0, 20, 20))
    truth = make_tracks(dict(id=1, masks=masks[0]), dict(id=2, label=1, ignore=True, masks=masks[1]), length=4)
    ytvis.write(make_set(truth), tmp_path / 'gt.json')
    scores = evaluated(tmp_path, results[:4])
    assert (scores['curves/true/tracks'], scores['curves/false/tracks']) == (1, 0)


def test_picture(results, tmp_path):
    path = tmp_path / 'new' / 'curves.png'
    assert evaluated(tmp_path, results, out=path) == evaluated(tmp_path, results)
    assert np.ptp(cv2.imread(str(path))) > 200
    assert [file.name for file in path.parent.iterdir()] == ['curves.png']


def test_what_is_refused(results, make_set, make_tracks, tmp_path):
    for out in (tmp_path, 'curves.pdf'):
        with pytest.raises(ValueError, match=r'ScoreCurveMetric: out must be a file \*.png, got'):
            evaluated(tmp_path, [], out=out)
    boxes = [replace(result, masks=(None,) * len(result)) for result in results]
    with pytest.raises(ScoringError, match='has a box but no mask'):
        evaluated(tmp_path, boxes)
    (tmp_path / 'file').touch()
    with pytest.raises(ScoringError, match='file'):
        evaluated(tmp_path, results, out=tmp_path / 'file' / 'curves.png')
    ytvis.write(make_set(make_tracks()), tmp_path / 'gt.json')
    with pytest.raises(ValueError, match='the ground truth has no objects'):
        evaluated(tmp_path, [])
