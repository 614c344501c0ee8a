"""What holds for every shipped tracker, built from its config."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures.masks import RLEMasks
from tests.tracking.scenes import CARRIED, LOOKS, TRACKERS, VIDEO, clutter, content, named, objects, watch
from tests.tracking.toys import frame

# What the config of a tracker does not say.
MAX_AGE = {'SequenceTracker': 1}

A, B = (20, 20, 1, .99, LOOKS[0]), (90, 60, 1, .98, LOOKS[1])
PLACE_A, PLACE_B = A[:2], B[:2]
# Long enough for all to confirm a track and to keep it in the end.
BOTH = [[A, B]] * 8


def max_age(config):
    return MAX_AGE.get(config['type'], config.get('max_age'))


@pytest.fixture(params=sorted(TRACKERS))
def config(request):
    return TRACKERS[request.param]


@pytest.fixture(params=sorted(set(TRACKERS) - CARRIED))
def detecting(request):
    """Trackers whose instances are detections."""
    return TRACKERS[request.param]


class TestEveryTracker:
    def test_a_video_without_objects(self, config):
        seen, summaries = watch(config, [[]] * 4)
        assert [instances.ids.tolist() for instances in seen] == [[]] * 4
        assert seen[0].ids.dtype == torch.int64
        assert summaries == {}
        tracker = MODELS.build(config)
        assert tracker.finish(tracker.init()) == {}

    def test_objects_of_the_first_frame_are_told_at_once(self, config):
        seen, summaries = watch(config, [[A, B]])
        assert seen[0].ids.tolist() == [0, 1]
        assert [summaries[track].label for track in (0, 1)] == [1, 1]
        assert [summaries[track].score for track in (0, 1)] == pytest.approx([.99, .98])
        # A track of one detection may be too short; SeqTracker's must be as long as the video at most.
        kept = config['type'] == 'SequenceTracker' or config.get('min_length', 1) == 1
        assert [summary.keep for summary in summaries.values()] == [kept] * 2

    def test_objects_that_stay_keep_their_ids(self, config):
        found = named(*watch(config, BOTH))
        assert found[0][PLACE_A] != found[0][PLACE_B]
        assert found == [found[0]] * 8

    def test_frames_without_objects_before_the_first(self, config):
        found = named(*watch(config, [[], [], *BOTH]))
        assert found[:2] == [{}, {}]
        assert set(found[-1]) == {PLACE_A, PLACE_B}
        assert all(named_in.items() <= found[-1].items() for named_in in found)

    def test_ids_are_unique_in_a_frame_and_all_have_a_summary(self, config):
        seen, summaries = watch(config, clutter(1, 25))
        assert all(len(set(instances.ids.tolist())) == len(instances) for instances in seen)
        assert {track for instances in seen for track in instances.ids.tolist()} <= set(summaries)
        found = named(seen, summaries)
        assert all(len(set(in_frame.values())) == len(in_frame) for in_frame in found)
        assert len({track for in_frame in found for track in in_frame.values()}) > 4

    def test_step_changes_nothing_it_was_given(self, config):
        tracker = MODELS.build(config)
        state = tracker.init()
        for index, rows in enumerate(clutter(2, 8)):
            given = state, objects(*rows), frame(index, VIDEO)
            before = content(given)
            state, _ = tracker.step(*given)
            assert content(given) == before
        before = content(state)
        tracker.finish(state)
        assert content(state) == before

    def test_a_pickled_state_goes_on(self, config):
        frames = clutter(3, 12)
        tracker = MODELS.build(config)
        seen, summaries = watch(config, frames)
        state = tracker.init()
        for index, (rows, expected) in enumerate(zip(frames, seen, strict=True)):
            state, instances = tracker.step(pickle.loads(pickle.dumps(state)), objects(*rows), frame(index, VIDEO))
            assert content(instances) == content(expected)
        assert tracker.finish(pickle.loads(pickle.dumps(state))) == summaries

    def test_two_videos_through_one_tracker_do_not_meet(self, config):
        tracker = MODELS.build(config)
        states, expected = [tracker.init(), tracker.init()], []
        videos = clutter(4, 8), clutter(5, 8)
        for index in range(8):
            for number, video in enumerate(videos):
                states[number], _ = tracker.step(states[number], objects(*video[index]), frame(index, VIDEO))
        expected = [watch(config, video)[1] for video in videos]
        assert [tracker.finish(state) for state in states] == expected

    def test_boxes_of_masks_and_pixels_are_one(self, config):
        frames = clutter(6, 10)
        assert named(*watch(config, frames)) == named(*watch(config, frames, masks=RLEMasks))


class TestTrackersOfDetections:
    def test_a_frame_without_objects_has_no_instances(self, detecting):
        seen, _ = watch(detecting, [*BOTH, [], []])
        assert [len(instances) for instances in seen[-2:]] == [0, 0]
        assert set(seen[-1].columns) == set(seen[0].columns)

    def test_instances_are_detections(self, detecting):
        frames = clutter(1, 10)
        for rows, instances in zip(frames, watch(detecting, frames)[0], strict=True):
            scores = {row[:2]: row[3] for row in rows}
            places = [tuple(place) for place in instances.bboxes[:, :2].tolist()]
            assert instances.scores.tolist() == pytest.approx([scores[place] for place in places])

    def test_everything_leaves(self, detecting):
        seen, summaries = watch(detecting, [*BOTH, *[[]] * 3])
        assert [len(instances) for instances in seen[8:]] == [0] * 3
        found = named(seen, summaries)
        assert set(found[0]) == {PLACE_A, PLACE_B}
        assert {summary.label for summary in summaries.values()} == {1}

    @pytest.mark.parametrize('beyond', [0, 1])
    def test_one_returns_within_and_beyond_the_largest_age(self, detecting, beyond):
        gap = (max_age(detecting) or 20) + beyond
        found = named(*watch(detecting, [*BOTH, *[[B]] * (gap - 1), *BOTH]))
        assert {in_frame[PLACE_B] for in_frame in found} == {found[0][PLACE_B]}
        assert (found[-1][PLACE_A] == found[0][PLACE_A]) == (not beyond or max_age(detecting) is None)
        assert found[-1][PLACE_A] != found[-1][PLACE_B]

    def test_leaving_frames_out_is_like_giving_them_empty(self, detecting):
        gap = max_age(detecting) or 20
        empty = named(*watch(detecting, [*BOTH, *[[]] * (gap - 1), *BOTH]))
        jumped = named(*watch(detecting, [*BOTH, *BOTH], [*range(8), *range(7 + gap, 15 + gap)]))
        assert jumped == empty[:8] + empty[-8:]

    def test_two_detections_claim_one_track(self, detecting):
        near = (21, 20, 1, .98, LOOKS[0] - LOOKS[1] / 10)
        found = named(*watch(detecting, [*[[A]] * 8, [near, A]]))
        assert found[-1][PLACE_A] == found[0][PLACE_A]
        assert found[-1].get((21, 20)) != found[0][PLACE_A]

    def test_two_of_a_kind_are_told_apart_and_no_third_is_born(self, detecting):
        if detecting.get('max_covered') is not None:
            pytest.skip('one of them is wholly covered and leaves the frame')
        seen, summaries = watch(detecting, [[A, A]] * 9)
        tracks = [[summaries[track].id if summaries[track].id is not None else track
                   for track in instances.ids.tolist() if summaries[track].keep] for instances in seen]
        assert all(len(set(in_frame)) == len(in_frame) for in_frame in tracks)
        assert {track for in_frame in tracks for track in in_frame} == {0, 1}

    def test_a_track_that_ended_does_not_come_back(self, detecting):
        last = {}
        for index, in_frame in enumerate(named(*watch(detecting, clutter(7, 30)))):
            for track in in_frame.values():
                assert index - last.setdefault(track, index) <= (max_age(detecting) or 30)
                last[track] = index

    @pytest.mark.parametrize('seed', range(2))
    def test_permuted_detections_get_permuted_tracks(self, detecting, seed):
        *before, last = clutter(10 + seed, 10)
        straight = named(*watch(detecting, [*before, last]))
        known = {track for in_frame in straight[:-1] for track in in_frame.values()}
        assert known & set(straight[-1].values())
        order = np.random.default_rng(seed).permutation(len(last))
        permuted = named(*watch(detecting, [*before, [last[place] for place in order]]))
        # New tracks are numbered in the order of their detections.
        assert [{place: track if track in known else 'new' for place, track in in_frame.items()}
                for in_frame in permuted] == [{place: track if track in known else 'new'
                                               for place, track in in_frame.items()} for in_frame in straight]

    def test_300_objects_meet_300_tracks(self, detecting):
        places = [(20 * (number % 20), 20 * (number // 20)) for number in range(300)]
        first = [(x, y, 1, .99, LOOKS[number]) for number, (x, y) in enumerate(places)]
        moved = [(x + 1, y, 1, .99, LOOKS[number]) for number, (x, y) in enumerate(places)]
        order = np.random.default_rng(0).permutation(300)
        # As often as any tracker wants a track to be seen.
        found = named(*watch(detecting, [first, [moved[number] for number in order], *[moved] * 6]))
        assert len(set(found[0].values())) == 300
        assert found[1] == {(x + 1, y): track for (x, y), track in found[0].items()}


@pytest.mark.parametrize('name', sorted(name for name, config in TRACKERS.items()
                                        if config['type'] == 'AssociationTracker'))
def test_what_lives_between_frames_does_not_grow(name):
    config = {**TRACKERS[name]}
    if 'budget' in config['memory']:
        config['memory'] = {**config['memory'], 'budget': 10}
    tracker = MODELS.build(config)
    state, sizes = tracker.init(), []
    for index in range(50):
        # Where tracks are forgotten, there is something to forget.
        passing = [] if config['max_age'] is None else [(20 * (index % 10), 100, 1, .99, LOOKS[2 + index])]
        state, _ = tracker.step(state, objects(A, B, *passing), frame(index, VIDEO))
        sizes.append(len(pickle.dumps(replace(state, ended=()))))
    assert max(sizes[40:]) <= max(sizes[:40]) + 64       # numbers grow by a digit
    assert len(state.ended) <= 8
