"""The identity oracle."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.evaluation.metrics import YouTubeVISMetric
from mmvist.io import frame_files, mots, ytvis
from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, VideoSet
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks, RLEMasks
from mmvist.structures.output import to_result
from tests.tracking.toys import frame

CLASSES = ('car', 'person')
SIZE = (20, 40)


@pytest.fixture
def truth(make_video_tracks, tmp_path):
    """Objects 3 (a car) and 5 (a person) that move to the right, a pixel a frame; in frame 3 only a crowd."""
    rows = [(t, track, label, (left + t, 0, left + 10 + t, 10)) for t in range(3)
            for track, label, left in ((3, 0, 0), (5, 1, 20))]
    tracks = make_video_tracks([*rows, (3, 9, 0, (0, 0, 10, 10), 1., True)], length=5, height=SIZE[0], width=SIZE[1],
                               video_id=7, file_names=tuple('01234'))
    ytvis.write(VideoSet(CLASSES, (tracks,), (1, 2)), tmp_path / 'gt.json')
    return tracks


@pytest.fixture
def tracker(truth, tmp_path):
    return MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'gt.json'), classes=CLASSES))


@pytest.fixture
def detections(box_mask):
    """`detections((box, label, score), ...)`: filled boxes."""
    def build(*rows):
        return Instances(bboxes=torch.tensor([row[0] for row in rows], dtype=torch.float32).reshape(-1, 4),
                         labels=torch.tensor([row[1] for row in rows], dtype=torch.long),
                         scores=torch.tensor([row[2] for row in rows], dtype=torch.float32),
                         masks=RLEMasks(tuple(box_mask(row[0], *SIZE) for row in rows), *SIZE))
    return build


def run(tracker, truth, *found):
    state, ids = tracker.init(), []
    for index, some in enumerate(found):
        state, instances = tracker.step(state, some, frame(index, truth.video))
        ids.append(instances.ids.tolist())
    return ids, tracker.finish(state)


def objects(truth, detections, index, order=(0, 1)):
    """The truth of a frame as detections, in some order."""
    rows = truth.rows_at(index)
    found = [(tuple(map(int, box)), label, .5) for box, label in
             zip(truth.bboxes[rows], truth.labels[rows].tolist(), strict=True)]
    return detections(*(found[row] for row in order))


def test_perfect_masks_score_100(tracker, truth, detections, tmp_path):
    metric = YouTubeVISMetric(tmp_path / 'gt.json')
    metric.dataset_meta = {'classes': CLASSES}
    state = tracker.init()
    for index in range(5):
        # Each frame another order, so that ids cannot come from it.
        found = objects(truth, detections, index, (0, 1)[::1 if index % 2 else -1]) if index < 3 else detections()
        state, instances = tracker.step(state, found, frame(index, truth.video))
        result = to_result(instances, frame(index, truth.video), disjoint_masks=False)
        summaries = tracker.finish(state) if index == 4 else None
        metric.process(None, [replace(result, summaries=summaries)])
    scores = metric.evaluate(5)
    assert (scores['ytvis/AP'], scores['ytvis/AR10']) == pytest.approx((1, 1))


def test_ids_that_detections_had_do_not_matter(tracker, truth, detections):
    found = objects(truth, detections, 0)
    for ids in ([1, 2], [5, 3]):
        named = tracker.step(tracker.init(), found.replace(ids=torch.tensor(ids)), frame(0, truth.video))[1]
        assert named.ids.tolist() == [3, 5]


def test_a_detection_over_nothing_is_dropped(tracker, truth, detections):
    # The last is over object 3, too, but less than the first.
    found = detections(((1, 0, 10, 10), 0, .5), ((35, 12, 39, 18), 0, .9), ((5, 0, 15, 10), 1, .9))
    state, named = tracker.step(tracker.init(), found, frame(0, truth.video))
    assert (named.ids.tolist(), named.scores.tolist()) == ([3], [.5])
    assert tracker.finish(state) == {3: TrackSummary(0, .5)}


def test_the_largest_sum_of_overlaps_counts(make_video_tracks, detections, tmp_path):
    # Objects of columns 0..9 and 10..19. The first detection, 0..18, overlaps them by 10/19 and 9/20, the second, 0..4,
    # the first object by 5/10: 9/20 + 5/10 is more than 10/19, the best single pair.
    tracks = make_video_tracks([(0, 1, 0, (0, 0, 10, 10)), (0, 2, 0, (10, 0, 20, 10))], height=SIZE[0], width=SIZE[1],
                               length=1, video_id=7, file_names=('0',))
    ytvis.write(VideoSet(CLASSES, (tracks,), (1, 2)), tmp_path / 'gt.json')
    tracker = MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'gt.json')))
    found = detections(((0, 0, 19, 10), 0, .9), ((0, 0, 5, 10), 0, .1))
    assert run(tracker, tracks, found)[0] == [[2, 1]]


def test_class_is_the_majority_and_the_score_the_mean(tracker, truth, detections):
    found = [detections(((t, 0, 10 + t, 10), label, score)) for t, (label, score) in
             enumerate([(1, .25), (0, .5), (1, .75)])]
    ids, summaries = run(tracker, truth, *found)
    assert ids == [[3], [3], [3]]
    assert summaries == {3: TrackSummary(1, .5)}
    # One vote each: the lower class.
    assert run(tracker, truth, *found[:2])[1] == {3: TrackSummary(0, .375)}


def test_empty_frames_and_crowds(tracker, truth, detections):
    found = objects(truth, detections, 0)
    assert run(tracker, truth, detections(), found, detections(), found)[0] == [[], [3, 5], [], []]
    assert run(tracker, truth)[1] == {}
    assert run(tracker, truth, detections())[1] == {}


def test_a_track_may_come_later_and_return(tracker, truth, detections):
    found = [objects(truth, detections, index, order) for index, order in enumerate([(1,), (0,), (0, 1)])]
    ids, summaries = run(tracker, truth, *found)
    assert ids == [[5], [3], [3, 5]]
    assert list(summaries) == [3, 5]


def test_masks_of_the_network_are_pasted_once(tracker, truth):
    boxes = torch.tensor([[0., 0, 20, 20], [40, 0, 60, 20]])      # at twice the video's size
    found = Instances(bboxes=boxes, labels=torch.tensor([0, 1]), scores=torch.tensor([.5, .5]),
                      masks=BoxMasks(torch.ones(2, 28, 28), boxes))
    at = frame(0, truth.video, scale=(2., 2.))
    named = tracker.step(tracker.init(), found, at)[1]
    assert named.ids.tolist() == [3, 5]
    assert isinstance(named.masks, RLEMasks)
    assert to_result(named, at, False).masks == tuple(found.masks.encode((2., 2.), *SIZE)) == truth.masks[:2]
    # What shares pixels is still told apart at the end.
    assert to_result(named, at, True).masks == truth.masks[:2]


def test_step_changes_nothing_and_a_pickled_state_goes_on(tracker, truth, detections):
    found = [objects(truth, detections, index) for index in range(3)]
    state = tracker.init()
    for index, some in enumerate(found):
        before = pickle.dumps(state)
        following, _ = tracker.step(state, some, frame(index, truth.video))
        assert pickle.dumps(state) == before
        state = pickle.loads(pickle.dumps(following))
    assert tracker.finish(state) == run(tracker, truth, *found)[1]


def test_objects_of_other_classes_are_no_ones(truth, detections, tmp_path):
    tracker = MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'gt.json'), classes=['person']))
    assert run(tracker, truth, objects(truth, detections, 0))[0] == [[5]]


def test_what_is_refused(tracker, truth, detections, tmp_path):
    with pytest.raises(ValueError, match=r'video 8 is not in .*gt\.json'):
        tracker.step(tracker.init(), detections(), frame(0, replace(truth.video, id=8)))
    frame_files.write(VideoSet(CLASSES, (replace(truth, masks=(None,) * len(truth)),), (1, 2)), tmp_path / 'boxes.json')
    tracker = MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'boxes.json'), format='frames'))
    with pytest.raises(ValueError, match=r'OracleTracker: .*boxes\.json, video 7, frame 0: object 3 has no mask'):
        tracker.step(tracker.init(), objects(truth, detections, 0), frame(0, truth.video))


def test_sequences_of_mots(make_video_tracks, detections, tmp_path):
    tracks = make_video_tracks([(0, 2001, 1, (0, 0, 10, 10))], '0002', height=SIZE[0], width=SIZE[1], length=1)
    mots.write_txt(VideoSet(('car', 'pedestrian'), (tracks,), (1, 2)), tmp_path / 'gt')
    tracker = MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'gt'), format='kitti_mots'))
    assert run(tracker, tracks, detections(((0, 0, 9, 10), 0, .5)))[0] == [[2001]]


def test_large_ids_and_many_objects(make_video_tracks, detections, tmp_path):
    boxes = [(x, y, x + 3, y + 3) for x in range(0, 40, 4) for y in range(0, 20, 4)]
    ids = np.random.default_rng(0).permutation(10**6)[:len(boxes)] + 1
    rows = [(t, int(track), 0, box) for t in range(2) for track, box in zip(ids, boxes, strict=True)]
    tracks = make_video_tracks(rows, height=SIZE[0], width=SIZE[1], length=2, video_id=7, file_names=('0', '1'))
    ytvis.write(VideoSet(CLASSES, (tracks,), (1, 2)), tmp_path / 'gt.json')
    tracker = MODELS.build(dict(type='OracleTracker', ann_file=str(tmp_path / 'gt.json')))
    found = detections(*((box, 0, .5) for box in boxes))
    assert run(tracker, tracks, found, found)[0] == [ids.tolist()] * 2
