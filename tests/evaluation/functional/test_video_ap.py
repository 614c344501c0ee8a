"""YouTube-VIS scores worked by hand."""

import math

import numpy as np
import pytest

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.matching import match_tracks
from mmvist.evaluation.functional.rules import THRESHOLDS
from mmvist.evaluation.functional.video_ap import interpolated_precision


def video_ap(truth, found, per_video=False, rules=None):
    return score(truth, found, Scoring(('ytvis',), rules=rules), per_video)


def track(rect, track_id, frames, width=10, left=0, **columns):
    return dict(id=track_id, masks={frame: rect(left, 0, width, 10) for frame in frames}, **columns)


def test_one_track_found_in_three_of_four_frames(make_set, make_tracks, rect):
    """IoU 300 / 400 reaches six of ten thresholds, 0.75 itself among them; the object has the id 0."""
    truth = make_set(make_tracks(track(rect, 0, range(4))))
    scores = video_ap(truth, make_set(make_tracks(track(rect, 0, range(3), score=.2))))
    expected = {'AP': .6, 'AP50': 1, 'AP75': 1, 'APs': .6, 'AR1': .6, 'AR10': .6, 'AR100': .6, 'ARs': .6}
    assert {name: scores[f'ytvis/{name}'] for name in expected} == pytest.approx(expected)
    assert math.isnan(scores['ytvis/APm'])
    assert math.isnan(scores['ytvis/ARl'])
    assert scores['ytvis/car/AP'] == pytest.approx(.6)
    assert math.isnan(scores['ytvis/pedestrian/AP'])


def test_a_gap_costs_as_a_surplus_does(make_set, make_tracks, rect):
    truth = make_set(make_tracks(track(rect, 1, (0, 1, 3))))
    for frames in ((0, 1, 2, 3), (0, 1, 3, 4)):
        scores = video_ap(truth, make_set(make_tracks(track(rect, 1, frames))))
        assert scores['ytvis/AP'] == pytest.approx(.6)


def test_precision_of_a_ranking(make_set, make_tracks, rect):
    """Hit, miss, hit of three objects: precision 1 up to recall 1/3, 2/3 up to 2/3, 0 beyond."""
    truth = make_set(make_tracks(*[track(rect, index, [0], left=10 * index) for index in range(3)]))
    found = make_set(make_tracks(track(rect, 1, [0], score=.9), track(rect, 2, [3], score=.8),
                                 track(rect, 3, [0], score=.7, left=10)))
    scores = video_ap(truth, found)
    assert scores['ytvis/AP'] == pytest.approx((34 * 1 + 33 * 2 / 3) / 101)
    assert scores['ytvis/AR1'] == pytest.approx(1 / 3)
    assert scores['ytvis/AR10'] == pytest.approx(2 / 3)


def test_precision_at_the_recalls():
    hits = np.array([[False, True, True, False], [False] * 4])
    precision = interpolated_precision(hits, ~hits, 4)
    assert precision[0, :51] == pytest.approx(2 / 3)
    assert precision[0, 51:].tolist() == [0] * 50
    assert precision[1].tolist() == [0] * 101
    assert interpolated_precision(hits[:, :0], hits[:, :0], 2).tolist() == [[0] * 101] * 2


def test_equal_scores_keep_the_order_of_the_file(make_set, make_tracks, rect):
    """The miss has the lower id; stated first it comes before the hit, else after."""
    truth = make_set(make_tracks(track(rect, 1, [0])))
    hit, miss = track(rect, 5, [0], score=.5), track(rect, 4, [1], score=.5)
    for order, expected in (({5: .5, 4: .5}, 1), ({4: .5, 5: .5}, .5), (None, .5)):
        scores = video_ap(truth, make_set(make_tracks(hit, miss, track_scores=order)))
        assert scores['ytvis/AP'] == pytest.approx(expected)


def test_mean_over_classes_that_have_objects(make_set, make_tracks, rect):
    classes = ('car', 'pedestrian', 'bicycle')
    truth = make_set(make_tracks(track(rect, 1, [0]), track(rect, 2, [0], label=1, left=20)), classes=classes)
    found = make_set(make_tracks(track(rect, 1, [0]), track(rect, 7, [0], label=2)), classes=classes)
    scores = video_ap(truth, found)
    assert [scores[f'ytvis/{name}'] for name in ('AP', 'car/AP', 'pedestrian/AP')] == pytest.approx([.5, 1, 0])
    assert math.isnan(scores['ytvis/bicycle/AP'])


def test_label_of_a_result_is_that_of_most_frames(make_set, make_tracks, rect):
    truth = make_set(make_tracks(track(rect, 1, range(3))))
    found = make_tracks(track(rect, 1, range(2)), track(rect, 1, [2], label=1))
    assert video_ap(truth, make_set(found))['ytvis/car/AP'] == pytest.approx(1)


def test_videos_are_scored_together_and_apart(make_set, make_tracks, rect):
    """Across videos the better miss comes before the hit; each video alone has precision 1 or no objects."""
    truth = make_set(make_tracks(track(rect, 1, [0]), video=1), make_tracks(video=2, name='b'))
    found = make_set(make_tracks(track(rect, 1, [0], score=.9), video=2),
                     make_tracks(track(rect, 1, [0], score=.3), video=1))
    scores = video_ap(truth, found, per_video=True)
    assert scores['ytvis/AP'] == pytest.approx(.5)
    assert scores['ytvis/video/v1/AP'] == pytest.approx(1)
    assert math.isnan(scores['ytvis/video/b/AP'])
    assert 'ytvis/video/v1/AP' not in video_ap(truth, found)


def test_videos_of_numbers_and_of_names(make_set, make_tracks, rect):
    truth = make_set(*[make_tracks(track(rect, 1, [0]), video=video, name=str(video)) for video in ('b', 7, 'a')])
    assert video_ap(truth, truth)['ytvis/AP'] == pytest.approx(1)


def test_no_results(make_set, make_tracks, rect):
    truth = make_set(make_tracks(track(rect, 1, [0])), make_tracks(video=2))
    for found in (make_set(), make_set(make_tracks(), make_tracks(video=2))):
        scores = video_ap(truth, found)
        assert (scores['ytvis/AP'], scores['ytvis/AR1'], scores['ytvis/pedestrian/AP']) == pytest.approx(
            (0, 0, math.nan), nan_ok=True)
    assert math.isnan(video_ap(make_set(make_tracks()), make_set())['ytvis/AP'])
    with pytest.raises(ValueError, match='there are no videos'):
        video_ap(make_set(), make_set())


@pytest.mark.parametrize(('side', 'names'), [(127, 's'), (128, 'sm'), (256, 'ml'), (257, 'l')])
def test_area_ranges_include_both_ends(side, names, make_set, make_tracks, rect):
    size = (300, 300)
    exact = make_tracks(dict(id=1, masks={0: rect(0, 0, side, side, size)}), size=size)
    scores = video_ap(make_set(exact), make_set(exact))
    for name in 'sml':
        assert scores[f'ytvis/AP{name}'] == pytest.approx(1 if name in names else math.nan, nan_ok=True)


def test_a_crowd_takes_any_number_of_results(make_set, make_tracks, rect):
    """Results on the crowd count neither way; the one beside it is a miss above the hit."""
    crowd = track(rect, 9, [0], left=20, ignore=True)
    truth = make_set(make_tracks(track(rect, 1, [0]), crowd))
    on_crowd = [track(rect, index, [0], left=20, score=.9) for index in (2, 3)]
    hit, miss = track(rect, 4, [0], score=.5), track(rect, 5, [3], score=.8)
    assert video_ap(truth, make_set(make_tracks(hit, *on_crowd)))['ytvis/AP'] == pytest.approx(1)
    assert video_ap(truth, make_set(make_tracks(hit, *on_crowd, miss)))['ytvis/AP'] == pytest.approx(.5)
    nameless = make_set(make_tracks(track(rect, 1, [0]), {**crowd, 'label': -1}))
    assert video_ap(nameless, make_set(make_tracks(hit, *on_crowd)))['ytvis/AP'] == pytest.approx(1)


def test_matching_prefers_objects_that_count_and_the_last_of_equals():
    none = np.zeros(2, bool)
    on_object, on_ignored = match_tracks(np.array([[.8, .8], [.8, 0], [.6, .7]]), none[None], none, none,
                                         THRESHOLDS)
    assert on_object[0, 0].tolist() == [True, True, False]  # of equals the first result leaves object 0 to the next
    assert on_object[0, 5].tolist() == [True, True, False]
    assert not on_object[0, 7:].any()
    assert not on_ignored.any()
    ignored = np.array([[True, False], [True, True]])
    on_object, on_ignored = match_tracks(np.array([[.9, .62]]), ignored, none, none, THRESHOLDS)
    assert on_object[:, :, 0].tolist() == [[True] * 3 + [False] * 7, [False] * 10]
    assert on_ignored[:, :, 0].tolist() == [[False] * 3 + [True] * 6 + [False], [True] * 9 + [False]]


@pytest.mark.parametrize(('rules', 'expected'), [(None, 1), ('ytvoseval', 0), ('trackeval', 1)])
def test_an_object_of_id_0(rules, expected, make_set, make_tracks, rect):
    """The official tool takes the id for a mark of nothing found."""
    truth = make_set(make_tracks(track(rect, 0, [0])))
    assert video_ap(truth, truth, rules=rules)['ytvis/AP'] == pytest.approx(expected)


@pytest.mark.parametrize(('rules', 'expected'), [(None, 1), ('ytvoseval', 1), ('trackeval', .5)])
def test_a_second_result_on_a_crowd(rules, expected, make_set, make_tracks, rect):
    truth = make_set(make_tracks(track(rect, 1, [0]), track(rect, 9, [0], left=20, ignore=True)))
    found = make_set(make_tracks(*[track(rect, index, [0], left=20, score=.9) for index in (2, 3)],
                                 track(rect, 4, [0], score=.5)))
    assert video_ap(truth, found, rules=rules)['ytvis/AP'] == pytest.approx(expected)


@pytest.mark.parametrize(('rules', 'expected'), [(None, .8), ('trackeval', .7)])
def test_an_iou_of_a_threshold(rules, expected, make_set, make_tracks, rect):
    """0.85 reaches eight of ten thresholds; TrackEval's eighth is a little more than that."""
    truth = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 20, 10)})))
    found = make_set(make_tracks(dict(id=1, masks={0: rect(0, 0, 17, 10)})))
    assert video_ap(truth, found, rules=rules)['ytvis/AP'] == pytest.approx(expected)


def test_only_the_best_hundred_count(make_set, make_tracks, rect):
    truth = make_set(make_tracks(track(rect, 0, [0])))
    for num_better, expected in ((99, .01), (100, 0)):
        better = [track(rect, index + 1, [1], score=.9) for index in range(num_better)]
        found = make_set(make_tracks(*better, track(rect, 0, [0], score=.1)))
        assert video_ap(truth, found)['ytvis/AP'] == pytest.approx(expected)


def test_boxes_without_masks_are_refused(make_set, make_tracks):
    truth = make_set(make_tracks(dict(id=4, masks={1: None})))
    with pytest.raises(ValueError, match='ground truth, video v1, frame 1, id 4: has a box but no mask'):
        video_ap(truth, make_set())
