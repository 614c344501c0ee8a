"""The foreground over a run, worked by hand."""

import numpy as np
import pytest

from mmvist.io import ytvis
from mmvist.registry import METRICS
from mmvist.structures import FrameResult, Video


@pytest.fixture
def truth(make_set, make_tracks, rect, tmp_path):
    """A frame with a car of 4 x 5 pixels, a pedestrian of 10 x 10 and an ignored region, and an empty one."""
    tracks = make_tracks(
        dict(id=1, masks={0: rect(0, 0, 4, 5)}), dict(id=2, label=1, masks={0: rect(10, 10, 10, 10)}),
        dict(id=3, label=0, ignore=True, masks={0: rect(20, 10, 10, 10)}), video=1, name='a', length=2)
    ytvis.write(make_set(tracks), tmp_path / 'gt.json')
    return tmp_path / 'gt.json', tracks.video


def frame_result(video, frame, chances):
    none = np.zeros(0, np.int64)
    return FrameResult(video, frame, none, none, np.zeros(0, np.float32), np.zeros((0, 4), np.float32), (),
                       features={'foreground': chances[None].astype(np.float32)})


def scores(path, video, *maps, **options):
    metric = METRICS.build(dict(type='ForegroundMetric', ann_file=path, **options))
    for frame, chances in enumerate(maps):
        metric.process(None, [frame_result(video, frame, chances)] * 2)
    return metric.evaluate(0)


def full(video, value=0.):
    return np.full((video.height, video.width), value)


def test_pixels_are_counted_over_all_frames(truth):
    path, video = truth
    first, second = full(video), full(video)
    first[0:5, 0:8] = .6            # the car and as much beside it
    first[10:20, 10:15] = .9        # half of the pedestrian
    first[10:20, 20:30] = 1         # the ignored region
    first[7, 20:25] = .5            # not above one half
    second[0, :20] = .7
    found = scores(path, video, first, second)
    assert found == pytest.approx({'foreground/iou': 70 / (120 + 40), 'foreground/precision': 70 / 110,
                                   'foreground/recall': 70 / 120})
    cars = scores(path, video, first, second, classes=['car'])
    assert cars == pytest.approx({'foreground/iou': 20 / 110, 'foreground/precision': 20 / 110,
                                  'foreground/recall': 1})


def test_smaller_maps_are_enlarged(truth):
    path, video = truth
    small = np.zeros((video.height // 5, video.width // 2))
    small[0, :2] = 1
    assert scores(path, video, small, full(video), classes=['car'])['foreground/iou'] == 1


def test_nothing_found_and_nothing_there(truth):
    path, video = truth
    found = scores(path, video, full(video))
    assert (found['foreground/iou'], found['foreground/recall']) == (0, 0)
    assert np.isnan(found['foreground/precision'])


def test_what_does_not_fit(truth):
    path, video = truth
    with pytest.raises(ValueError, match="frame 0: the result has no feature 'foreground': set result_features="):
        metric = METRICS.build(dict(type='ForegroundMetric', ann_file=path))
        metric.process(None, [FrameResult(video, 0, *[np.zeros(0)] * 4, ())])
    for other, message in ((Video(2, 'b', 30, 40, 2), r'video b \(id 2\) is not in'),
                           (Video(1, 'a', 30, 41, 2), r'has \(2, 30, 41\) frames, rows and columns')):
        with pytest.raises(ValueError, match=message):
            scores(path, other, full(other))
    with pytest.raises(FileNotFoundError, match='none.json: no such file'):
        scores('none.json', video)
