"""The association tracker's own arguments, on hand-worked frames."""

import pickle

import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures.masks import BoxMasks, RLEMasks
from tests.tracking.toys import VIDEO, boxes, follow, frame

OVERLAP = dict(cues=[dict(type='BoxIoU', new=.3)], assigner=dict(type='Hungarian'))
IOU = dict(type='AssociationTracker', stages=[OVERLAP], memory=dict(type='LatestMemory'))
A, B = (0, 0, .9), (50, 0, .8)


def ids(config, *frames):
    """Of frames of rows (x, label, score)."""
    return [instances.ids.tolist() for instances in follow(config, [boxes(*rows) for rows in frames])[1]]


def kept(config, *frames):
    summaries = follow(config, [boxes(*rows) for rows in frames])[2]
    return {track: summary.keep for track, summary in summaries.items()}


@pytest.mark.parametrize(('max_age', 'returned'), [(1, 1), (2, 0), (None, 0)])
def test_max_age_is_the_largest_gap(max_age, returned):
    assert ids({**IOU, 'max_age': max_age}, [A], [], [A]) == [[0], [], [returned]]


class TestMinHits:
    def test_detections_count_until_a_track_is_told(self):
        for hits in (1, 2, 3):
            assert ids({**IOU, 'min_hits': hits}, [A], [A], [A]) == [[0] if index + 1 >= hits else []
                                                                     for index in range(3)]

    def test_who_was_never_told_is_not_kept(self):
        assert kept({**IOU, 'min_hits': 2}, [A, B], [A], [A]) == {0: True, 1: False}

    def test_a_miss_is_a_frame_that_was_given(self):
        # Frame 1 is left out: no miss.
        config = {**IOU, 'min_hits': 2}
        for indices, told in (([0, 1], [0]), ([0, 5], [0])):
            assert follow(config, [boxes(A), boxes(A)], indices)[1][1].ids.tolist() == told
        assert ids(config, [A], [], [A], [A]) == [[], [], [], [1]]


class TestTrustedStart:
    CONFIG = {**IOU, 'min_hits': 3, 'trusted_start': 2}

    def test_tracks_of_the_first_frames_are_told_at_once_and_for_good(self):
        assert ids(self.CONFIG, [A], [A, B], [A, B], [], [B]) == [[0], [0, 1], [0, 1], [], [1]]

    def test_later_ones_wait(self):
        assert ids(self.CONFIG, [], [], [A], [A], [A]) == [[], [], [], [], [0]]

    def test_frames_count_by_their_index(self):
        assert follow(self.CONFIG, [boxes(A), boxes(A)], [2, 3])[1][1].ids.tolist() == []


def test_min_length_drops_short_tracks():
    assert kept({**IOU, 'min_length': 2}, [A, B], [], [A]) == {0: True, 1: False}


def test_min_top_score_asks_for_one_good_detection():
    assert kept({**IOU, 'min_top_score': .85}, [A, B], [(0, 0, .1), B]) == {0: True, 1: False}


def test_label_and_score_rules_are_handed_on():
    rows = [[(0, 2, .5)], [(0, 1, .9)], [(0, 1, .1)]]
    for config, expected in (({}, (1, .5)), ({'label': 'last', 'score': 'max'}, (1, .9)), ({'score': 'last'}, (1, .1))):
        summary = follow({**IOU, **config}, [boxes(*some) for some in rows])[2][0]
        assert (summary.label, summary.score) == (expected[0], pytest.approx(expected[1]))


@pytest.mark.parametrize(('name', 'rule'), [('label', 'first'), ('score', 'median')])
def test_unknown_rules_are_refused(name, rule):
    with pytest.raises(ValueError, match=f'AssociationTracker: {name} must be one of .* got {rule!r}'):
        MODELS.build({**IOU, name: rule})


def test_a_tracker_needs_a_stage():
    with pytest.raises(ValueError, match='AssociationTracker: at least one stage is needed'):
        MODELS.build({**IOU, 'stages': []})


def test_filters_keep_detections_out():
    config = {**IOU, 'filters': [dict(type='MinScore', threshold=.5), dict(type='BelowScore', threshold=.95)]}
    frames = [(0, 0, .9), (50, 0, .4), (80, 0, .96)], [(0, 0, .4), (50, 0, .9), (80, 0, .9)]
    assert ids(config, *frames) == [[0], [1, 2]]
    assert kept(config, *frames) == {0: True, 1: True, 2: True}


def test_masks_that_filters_refuse_anyway_are_not_pasted():
    # A box that is no number cannot be pasted; its score of 0.4 keeps it from being tried.
    config = {**IOU, 'pixel_masks': True, 'filters': [dict(type='MinScore', threshold=.5),
                                                      dict(type='MinArea', pixels=11)]}
    found = boxes((0, 0, .9), (50, 0, .4), (80, 0, .9))
    grids, corners = torch.ones(3, 4, 4), found.bboxes.clone()
    corners[1] = float('nan')
    grids[2] = 0.0
    _, (instances,), _ = follow(config, [found.replace(masks=BoxMasks(grids, corners))])
    assert instances.bboxes[:, 0].tolist() == [0]
    assert isinstance(instances.masks, RLEMasks)


def test_births_ask_for_more_than_matches():
    config = {**IOU, 'births': [dict(type='MinScore', threshold=.7)]}
    assert ids(config, [A, (50, 0, .6)], [(0, 0, .1), (50, 0, .69)], [(50, 0, .7)]) == [[0], [0], [1]]


def test_births_towards_every_live_track():
    # Ones of another class than any track's are not born; with no track all are.
    config = {**IOU, 'births': [dict(type='SameClassOnly')]}
    assert ids(config, [A, B], [A, (80, 0, .9), (90, 1, .9)]) == [[0, 1], [0, 2]]
    assert ids(config, [(0, 0, .9), (50, 1, .9)], [(80, 0, .9)]) == [[0, 1], []]


def test_a_later_stage_sees_what_is_left():
    config = {**IOU, 'stages': [
        dict(cues=[dict(type='BoxIoU')], gates=[dict(type='MinBoxIoU', threshold=0.9)],
             assigner=dict(type='Hungarian')),
        dict(cues=[dict(type='BoxIoU')], gates=[dict(type='SameClassOnly')], assigner=dict(type='Hungarian'))]}
    assert ids(config, [A, B], [(3, 0, .9), B, (5, 1, .9)])[1] == [0, 1, 2]


def test_what_a_stage_drops_is_gone_for_the_next():
    greedy = dict(cues=[dict(type='BoxIoU', new=.3)], assigner=dict(type='Greedy', loser='drop'))
    anything = dict(cues=[dict(type='SameClass', new=.5)], assigner=dict(type='Hungarian'))
    assert ids({**IOU, 'stages': [greedy, anything]}, [A, B], [(1, 0, .9), (0, 0, .9)]) == [[0, 1], [0]]
    assert ids({**IOU, 'stages': [{**greedy, 'assigner': dict(type='Greedy', loser='new')}, anything]},
               [A, B], [(1, 0, .9), (0, 0, .9)]) == [[0, 1], [1, 0]]


def test_tracks_keep_what_memory_and_propagator_keep():
    config = {**IOU, 'propagator': dict(type='KalmanFilter'),
              'memory': dict(type='LatestMemory', columns=['bboxes', 'labels'])}
    state, _, _ = follow(config, [boxes(A), boxes(A), boxes()])
    assert set(state.tracks.columns) == {'bboxes', 'labels', 'motion', 'spread'}


def test_rows_of_tracks_and_records_stay_together():
    # The second track is matched, the first is not, a third is born.
    state, _, _ = follow(IOU, [boxes((0, 0, .9), (50, 1, .8)), boxes((80, 2, .7), (51, 3, .6))])
    assert state.records.ids.tolist() == [0, 1, 2]
    assert state.tracks.labels.tolist() == state.records.last_labels.tolist() == [0, 3, 2]
    assert state.tracks.bboxes[:, 0].tolist() == [0, 51, 80]
    assert state.records.last_frames.tolist() == [0, 1, 1]
    assert (state.next_id, state.frame) == (3, 1)


def test_many_ended_tracks_are_kept_in_few_portions():
    # A new object every frame: each frame ends a track.
    state, _, summaries = follow({**IOU, 'max_age': 1}, [boxes((20 * index, 0, .5)) for index in range(600)])
    assert list(summaries) == list(range(600))
    assert len(state.ended) <= 10
    assert pickle.loads(pickle.dumps(state)).next_id == 600


def test_detections_that_were_made_from_tracks_inherit_their_ids():
    stage = dict(cues=[dict(type='InheritedId')], assigner=dict(type='Greedy', loser='new'))
    frames = [boxes(A, B), boxes((70, 1, .3), (20, 0, .9), (30, 0, .4), (40, 0, .5))]
    inherited = [-1, -1], [1, -1, 1, 0]
    frames = [found.replace(inherited=torch.tensor(ids)) for found, ids in zip(frames, inherited, strict=True)]
    # Of two that were made from one track, the first keeps the id.
    _, seen, _ = follow({**IOU, 'stages': [stage]}, frames)
    assert [instances.ids.tolist() for instances in seen] == [[0, 1], [1, 2, 3, 0]]


class TestPixelMasks:
    CONFIG = {**IOU, 'pixel_masks': True}

    def test_masks_become_pixels_of_the_original_image(self):
        tracker = MODELS.build(self.CONFIG)
        found = boxes(A, B)
        found = found.replace(bboxes=found.bboxes * 2, masks=BoxMasks(torch.ones(2, 20, 20), found.bboxes * 2))
        _, instances = tracker.step(tracker.init(), found, frame(0, scale=(2., 2.)))
        assert isinstance(instances.masks, RLEMasks)
        assert instances.masks.counts == tuple(found.masks.encode((2., 2.), VIDEO.height, VIDEO.width))
        assert instances.bboxes is found.bboxes

    def test_pixels_are_taken_as_they_are(self):
        found = boxes(A).replace(masks=RLEMasks((b'\\`m0',), VIDEO.height, VIDEO.width))
        assert follow(self.CONFIG, [found])[1][0].masks.counts == found.masks.counts

    def test_detections_without_masks(self):
        with pytest.raises(AttributeError, match="no column 'masks'; they have bboxes, labels, scores"):
            follow(self.CONFIG, [boxes(A)])

    def test_parts_that_need_them_say_so(self):
        config = {**IOU, 'stages': [dict(cues=[dict(type='MaskIoU')], assigner=dict(type='Hungarian'))],
                  'memory': dict(type='LatestMemory', columns=['labels', 'masks'])}
        found = boxes(A).replace(masks=BoxMasks(torch.ones(1, 2, 2), boxes(A).bboxes))
        with pytest.raises(ValueError, match='got BoxMasks; set pixel_masks=True on the tracker'):
            follow(config, [found])


@pytest.mark.parametrize('precision', [torch.float16, torch.bfloat16])
def test_labels_survive_cues_of_sixteen_bits(precision):
    # All that is compared has the precision of the scores, which cannot tell 2049 from 2048.
    config = {**IOU, 'stages': [dict(cues=[dict(type='SameClass', new=.5)], assigner=dict(type='Hungarian'))]}
    found = boxes((0, 2049, .5), (50, 2048, .75))
    found = found.replace(scores=found.scores.to(precision))
    state, seen, _ = follow(config, [found, found[torch.tensor([1, 0])]])
    assert seen[1].ids.tolist() == [1, 0]
    assert state.records.last_labels.tolist() == [2049, 2048]


def test_matches_that_cannot_be_told_name_the_frame():
    # The area of such a box is no number any more.
    found = boxes(A).replace(bboxes=torch.tensor([[0., 0, 1e30, 1e30]]))
    with pytest.raises(ValueError, match='frame 1: scores of matches are not numbers'):
        follow(IOU, [found, found])
