"""MaskTrack R-CNN's rule (Yang et al. 2019, Eq. 3) and IoUTracker+, the same without appearance."""

import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary
from tests.tracking.scenes import tracker_config
from tests.tracking.toys import boxes, follow

MASKTRACK, IOU_PLUS = tracker_config('masktrack'), tracker_config('iou_plus')


def detections(*rows):
    """Rows (x, label, score[, embedding])."""
    looks = [row[3] if len(row) > 3 else (0., 0.) for row in rows]
    return boxes(*(row[:3] for row in rows)).replace(embeds=torch.tensor(looks).reshape(-1, 2))


def ids(config, *frames):
    return [instances.ids.tolist() for instances in follow(config, [detections(*rows) for rows in frames])[1]]


def affinity(config, tracks, found):
    return MODELS.build(config).stages[0].affinity(detections(*tracks), detections(*found))


A, B = (0, 0, .9), (50, 0, .8)


class TestMaskTrack:
    def test_same_class_and_place_beat_new_by_two(self):
        scores = affinity(MASKTRACK, [A], [A])
        assert (scores[1] - scores[0]).tolist() == pytest.approx([2.0])

    def test_another_class_loses_by_eight(self):
        scores = affinity(MASKTRACK, [A], [(0, 1, .9)])
        assert (scores[1] - scores[0]).tolist() == pytest.approx([2.0 - 10.0])

    def test_zero_features_are_equally_likely(self):
        appearance = {**MASKTRACK, 'stages': [dict(cues=MASKTRACK['stages'][0]['cues'][:1],
                                                   assigner=dict(type='Hungarian'))]}
        assert affinity(appearance, [A, B, B], [A]).exp().flatten().tolist() == pytest.approx([.25] * 4)

    def test_all_terms_together(self):
        # log p + log score + 2 IoU + 10 [same class], with logits of 1 * 2 and 0, an overlap of 5 / 15.
        scores = affinity(MASKTRACK, [(0, 0, .9, (1., 0.)), (50, 1, .9, (0., 1.))], [(5, 0, .5, (2., 0.))])
        likely = torch.tensor([0., 2., 0.]).log_softmax(0) + torch.tensor(.5).log()
        assert scores[:, 0].tolist() == pytest.approx((likely + torch.tensor([10, 2 / 3 + 10, 0])).tolist())

    def test_the_score_decides_conflicts_only(self):
        stage = MASKTRACK['stages'][0]
        for weight in (0., 1., 5.):
            cues = [{**cue, 'weight': weight} if cue['type'] == 'Score' else cue for cue in stage['cues']]
            assert ids({**MASKTRACK, 'stages': [{**stage, 'cues': cues}]}, [A, B], [B, A]) == [[0, 1], [1, 0]]

    def test_two_claims_leave_one_instance_and_one_memory(self):
        state, seen, summaries = follow(MASKTRACK, [detections(A), detections((1, 0, .5), A)])
        assert [instances.ids.tolist() for instances in seen] == [[0], [0]]
        assert state.tracks.bboxes[:, 0].tolist() == [0]      # the second detection won
        assert summaries == {0: TrackSummary(0, pytest.approx(.9), True)}

    def test_the_score_wins_a_conflict_of_equals(self):
        assert [found.scores.tolist() for found in follow(
            MASKTRACK, [detections(A), detections((0, 0, .5), (0, 0, .6))])[1]] == [pytest.approx([.9]),
                                                                                    pytest.approx([.6])]

    def test_appearance_tells_look_alike_boxes_apart(self):
        first, second = (0, 0, .9, (5., 0.)), (0, 0, .9, (0., 5.))
        assert ids(MASKTRACK, [first, second], [second, first]) == [[0, 1], [1, 0]]

    def test_what_a_match_replaces(self):
        frames = [detections((0, 0, .9, (3., 0.))), detections((2, 1, .9, (9., 0.)))]
        for frozen, label in (([], 1), (['labels'], 0)):
            state, _, _ = follow({**MASKTRACK, 'memory': dict(type='LatestMemory', frozen=frozen)}, frames)
            assert (state.tracks.bboxes[0, 0], state.tracks.labels, state.tracks.embeds[0, 0]) == (2, label, 9)

    def test_the_dummy_of_the_paper_merges_what_the_code_keeps_apart(self):
        # No overlap, no likeness: only the class speaks for the old track.
        stage = MASKTRACK['stages'][0]
        literal = [{**cue, 'new': 0.} if cue['type'] == 'SameClass' else cue for cue in stage['cues']]
        assert ids({**MASKTRACK, 'stages': [{**stage, 'cues': literal}]}, [A], [(80, 0, .9)]) == [[0], [0]]
        assert ids(MASKTRACK, [A], [(80, 0, .9)]) == [[0], [1]]   # an exact tie: new wins

    def test_an_empty_frame_leaves_the_memory_alone(self):
        state, seen, _ = follow(MASKTRACK, [detections(A, B), detections()])
        assert len(seen[1]) == 0
        assert state.tracks.bboxes[:, 0].tolist() == [0, 50]


class TestIoUTrackerPlus:
    def test_the_overlap_decides_before_the_class(self):
        # The track of the same class overlaps by less than 0.3: 4 / 16; the other one by 9 / 11.
        assert ids(IOU_PLUS, [(6, 0, .9), (-1, 1, .9)], [(0, 0, .9)]) == [[0, 1], [1]]
        # With 5 / 15 the class counts.
        assert ids(IOU_PLUS, [(5, 0, .9), (-1, 1, .9)], [(0, 0, .9)]) == [[0, 1], [0]]

    def test_less_overlap_is_someone_new(self):
        assert ids(IOU_PLUS, [A], [(6, 0, .9)]) == [[0], [1]]

    def test_tracks_are_never_forgotten(self):
        assert ids(IOU_PLUS, [A], *[[]] * 48, [A])[-1] == [0]

    def test_the_weaker_of_two_claims_is_dropped(self):
        _, seen, _ = follow(IOU_PLUS, [boxes(A), boxes((1, 0, .9), (0, 0, .9))])
        assert (seen[1].ids.tolist(), seen[1].bboxes[:, 0].tolist()) == ([0], [0])
