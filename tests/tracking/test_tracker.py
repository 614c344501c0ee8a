"""The association tracker on hand-worked frames."""

import pickle

import numpy as np
import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary, Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances

VIDEO = Video(1, 'toy', 100, 100, 50)
MASKTRACK = dict(
    type='AssociationTracker', memory=dict(type='LatestMemory'),
    stages=[dict(cues=[dict(type='AppearanceSoftmax'), dict(type='Score'), dict(type='BoxIoU', weight=2.0),
                       dict(type='SameClass', weight=10.0)], assigner=dict(type='Greedy', loser='drop'))])
IOU = dict(
    type='AssociationTracker', memory=dict(type='LatestMemory'), max_age=1,
    stages=[dict(cues=[dict(type='BoxIoU')], gates=[dict(type='MinBoxIoU', threshold=0.3)],
                 assigner=dict(type='Hungarian'))])


def frame(index):
    return Frame(VIDEO, index, torch.zeros(3, 4, 4), 4, 4, (1., 1.))


def detections(*rows):
    """Rows (x, label, score, embedding): a box of 10x10 at x."""
    xs = torch.tensor([row[0] for row in rows], dtype=torch.float32)
    return Instances(bboxes=torch.stack([xs, 0 * xs, xs + 10, 0 * xs + 10], 1).reshape(-1, 4),
                     labels=torch.tensor([row[1] for row in rows], dtype=torch.long),
                     scores=torch.tensor([row[2] for row in rows], dtype=torch.float32),
                     embeds=torch.tensor([row[3] for row in rows], dtype=torch.float32).reshape(-1, 2))


def run(config, *frames):
    tracker = MODELS.build(config)
    state, ids = tracker.init(), []
    for index, found in enumerate(frames):
        state, instances = tracker.step(state, found, frame(index))
        ids.append(instances.ids.tolist())
    return ids, tracker.finish(state), state


NOTHING = detections()
A, B = (0, 0, .9, (0., 0.)), (50, 0, .8, (0., 0.))


class TestMaskTrackRule:
    def test_same_class_and_place_beat_new_by_two(self):
        stage = MODELS.build(MASKTRACK).stages[0]
        affinity = stage.affinity(detections(A), detections(A))
        assert (affinity[1] - affinity[0]).tolist() == pytest.approx([2.0])

    def test_another_class_loses_by_eight(self):
        stage = MODELS.build(MASKTRACK).stages[0]
        affinity = stage.affinity(detections(A), detections((0, 1, .9, (0., 0.))))
        assert (affinity[1] - affinity[0]).tolist() == pytest.approx([2.0 - 10.0])

    def test_zero_features_are_equally_likely(self):
        stage = MODELS.build({**MASKTRACK, 'stages': [dict(
            cues=[dict(type='AppearanceSoftmax')], assigner=dict(type='Hungarian'))]}).stages[0]
        tracks = detections(A, B, B)
        assert stage.affinity(tracks, detections(A)).exp().flatten().tolist() == pytest.approx([.25] * 4)

    def test_the_score_decides_conflicts_only(self):
        for weight in (0., 1., 5.):
            config = {**MASKTRACK, 'stages': [dict(
                cues=[dict(type='Score', weight=weight), dict(type='BoxIoU', weight=2.0)],
                assigner=dict(type='Greedy', loser='drop'))]}
            assert run(config, detections(A, B), detections(B, A))[0] == [[0, 1], [1, 0]]

    def test_two_claims_leave_one_instance_and_one_memory(self):
        ids, summaries, state = run(MASKTRACK, detections(A), detections((1, 0, .5, (0., 0.)), A))
        assert ids == [[0], [0]]
        assert len(state.tracks) == 1
        assert state.tracks.bboxes[0, 0] == 0      # the second detection won
        assert summaries == {0: TrackSummary(0, pytest.approx(.9), True)}

    def test_appearance_tells_look_alike_boxes_apart(self):
        first, second = (0, 0, .9, (5., 0.)), (0, 0, .9, (0., 5.))
        assert run(MASKTRACK, detections(first, second), detections(second, first))[0] == [[0, 1], [1, 0]]

    def test_label_follows_the_match_or_stays(self):
        seen = detections(A), detections((0, 1, .9, (9., 0.)))
        config = {**MASKTRACK, 'stages': [dict(cues=[dict(type='BoxIoU')],
                                               assigner=dict(type='Greedy', loser='drop'))]}
        assert run(config, *seen)[2].tracks.labels.tolist() == [1]
        frozen = {**config, 'memory': dict(type='LatestMemory', frozen=['labels'])}
        assert run(frozen, *seen)[2].tracks.labels.tolist() == [0]

    def test_the_dummy_of_the_paper_merges_what_the_code_keeps_apart(self):
        # No overlap, little likeness: only the class speaks for the old track.
        seen = detections(A), detections((80, 0, .9, (0., 0.)))
        literal = {**MASKTRACK, 'stages': [dict(
            cues=[dict(type='AppearanceSoftmax'), dict(type='BoxIoU', weight=2.0),
                  dict(type='SameClass', weight=10.0, new=0.0)], assigner=dict(type='Greedy', loser='drop'))]}
        assert run(literal, *seen)[0] == [[0], [0]]
        assert run(MASKTRACK, *seen)[0] == [[0], [1]]   # an exact tie: new wins


@pytest.mark.parametrize('config', [MASKTRACK, IOU], ids=['masktrack', 'iou'])
class TestEveryTracker:
    def test_empty_frames_leave_the_tracks_alone(self, config):
        assert run(config, NOTHING, detections(A), detections(A))[0] == [[], [0], [0]]
        assert run(config, NOTHING)[:2] == ([[]], {})

    def test_everything_leaves(self, config):
        ids, summaries, _ = run(config, detections(A, B), NOTHING, NOTHING)
        assert ids == [[0, 1], [], []]
        assert {track: s.score for track, s in summaries.items()} == {0: pytest.approx(.9), 1: pytest.approx(.8)}

    def test_step_changes_nothing_it_was_given(self, config):
        tracker = MODELS.build(config)
        state, _ = tracker.step(tracker.init(), detections(A, B), frame(0))
        before = pickle.dumps((state.records, state.next_id)), state.tracks.bboxes.clone()
        found = detections(B, A)
        columns = found.columns
        tracker.step(state, found, frame(1))
        assert (pickle.dumps((state.records, state.next_id)), found.columns) == (before[0], columns)
        assert torch.equal(state.tracks.bboxes, before[1])

    def test_resumes_from_a_pickled_state(self, config):
        tracker = MODELS.build(config)
        state, _ = tracker.step(tracker.init(), detections(A, B), frame(0))
        again = pickle.loads(pickle.dumps(state))
        assert tracker.step(again, detections(B), frame(1))[1].ids.tolist() == [1]

    def test_permuted_detections_get_permuted_ids(self, config):
        rows = [(x, x % 2, .5 + x / 200, (x / 10, 1.)) for x in range(0, 90, 9)]
        tracker = MODELS.build(config)
        state, _ = tracker.step(tracker.init(), detections(*rows), frame(0))

        def name(some):
            instances = tracker.step(state, detections(*some), frame(1))[1]
            return dict(zip(instances.bboxes[:, 0].tolist(), instances.ids.tolist(), strict=True))

        straight = name(rows)
        assert name([rows[i] for i in np.random.default_rng(0).permutation(len(rows))]) == straight
        assert len(straight) > 1

    def test_many(self, config):
        generator = np.random.default_rng(0)
        crowd = detections(*[(float(x), int(generator.integers(3)), float(generator.random()), generator.normal(size=2))
                             for x in generator.random(300) * 5000])
        ids = run(config, crowd, crowd)[0]
        assert ids[0] == list(range(300))
        assert len(set(ids[1])) == len(ids[1])


def test_max_age_is_the_largest_gap():
    for max_age, returned in ((1, 1), (2, 0)):
        ids = run({**IOU, 'max_age': max_age}, detections(A), NOTHING, detections(A))[0]
        assert ids == [[0], [], [returned]]


def test_min_length_drops_short_tracks():
    summaries = run({**IOU, 'min_length': 2}, detections(A, B), detections(A))[1]
    assert {track: summary.keep for track, summary in summaries.items()} == {0: True, 1: False}


def test_class_is_the_majority_and_the_lowest_on_a_tie():
    labels = [2, 1, 1, 2]
    summaries = run(IOU, *[detections((0, label, .5, (0., 0.))) for label in labels])[1]
    assert summaries[0].label == 1


def test_many_ended_tracks_are_kept_in_few_portions():
    # A new object every frame: each frame ends a track.
    frames = [detections((20 * index, 0, .5, (0., 0.))) for index in range(600)]
    _, summaries, state = run(IOU, *frames)
    assert list(summaries) == list(range(600))
    assert len(state.ended) <= 10
    assert pickle.loads(pickle.dumps(state)).next_id == 600


def test_scores_that_are_no_numbers_are_named():
    with pytest.raises(ValueError, match='frame 1: scores of matches are not numbers'):
        run(MASKTRACK, detections(A), detections((0, 0, .9, (float('nan'), 0.))))


def test_tracks_keep_only_what_is_compared():
    tracker = MODELS.build(MASKTRACK)
    state, _ = tracker.step(tracker.init(), detections(A), frame(0))
    assert set(state.tracks.columns) == {'bboxes', 'labels', 'embeds'}
    with pytest.raises(ValueError, match=r"frozen must be among columns \['bboxes'\], got \['labels'\]"):
        MODELS.build({**MASKTRACK, 'memory': dict(type='LatestMemory', columns=['bboxes'], frozen=['labels'])})


def test_a_later_stage_sees_what_is_left():
    config = {**IOU, 'max_age': None, 'stages': [
        dict(cues=[dict(type='BoxIoU')], gates=[dict(type='MinBoxIoU', threshold=0.9)],
             assigner=dict(type='Hungarian')),
        dict(cues=[dict(type='BoxIoU')], gates=[dict(type='SameClassOnly')], assigner=dict(type='Hungarian'))]}
    ids = run(config, detections(A, B), detections((3, 0, .9, (0., 0.)), B, (5, 1, .9, (0., 0.))))[0]
    assert ids[1] == [0, 1, 2]
