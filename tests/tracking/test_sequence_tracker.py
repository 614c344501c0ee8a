"""SeqTracker, on hand-worked videos and against the enumeration of all paths."""

import math
import pickle
import time

import numpy as np
import pytest
import torch

from mmvist.registry import MODELS
from mmvist.structures import TrackSummary
from mmvist.structures.instances import Instances
from tests.tracking.toys import boxes, follow, frame

SEQUENCE = dict(type='SequenceTracker')
SHORT = dict(type='SequenceTracker', min_length=2)


def tracks(config, frames, indices=None):
    """Each track as a list of (frame, x), by final id."""
    _, seen, summaries = follow(config, [boxes(*rows) for rows in frames], indices)
    found = {}
    for index, instances in zip(indices or range(len(frames)), seen, strict=True):
        for track, box in zip(instances.ids.tolist(), instances.bboxes.tolist(), strict=True):
            if summaries[track].keep:
                found.setdefault(summaries[track].id, []).append((index, box[0]))
    return [found[final] for final in range(len(found))]


def straight(length, *rows):
    """Frames of the same rows (x, label, score)."""
    return [list(rows)] * length


def path(x, *frames):
    return [(index, x) for index in frames]


def test_two_objects_of_ten_frames_are_two_tracks():
    frames = straight(10, (0, 0, .9), (50, 1, .8))
    assert tracks(SEQUENCE, frames) == [path(0, *range(10)), path(50, *range(10))]


def test_the_shortest_track_has_eight_frames_or_the_videos():
    assert tracks(SEQUENCE, straight(7, (0, 0, .9), (50, 1, .8))) == [path(0, *range(7)), path(50, *range(7))]
    for length, expected in ((7, 1), (8, 2)):
        frames = [[(0, 0, .9), (50, 0, .9)][:2 if index < length else 1] for index in range(10)]
        assert len(tracks(SEQUENCE, frames)) == expected


def test_one_frame():
    assert tracks(SEQUENCE, [[(0, 0, .5), (50, 0, .9)]]) == [path(50, 0), path(0, 0)]


def test_empty_videos():
    tracker = MODELS.build(SEQUENCE)
    assert tracker.finish(tracker.init()) == {}
    assert follow(SEQUENCE, [boxes(), boxes()])[2] == {}


def test_frames_without_detections_and_frames_left_out_end_a_path():
    seen = [[(0, 0, .9)]] * 3
    assert tracks(SHORT, [*seen, [], *seen]) == [path(0, 0, 1, 2), path(0, 4, 5, 6)]
    assert tracks(SHORT, [*seen, *seen], [0, 1, 2, 4, 5, 6]) == [path(0, 0, 1, 2), path(0, 4, 5, 6)]


def test_the_search_ends_with_the_first_path_that_is_too_short():
    # The short path is worth 12 and two logs of .9; the long one, of changing classes, 9 * 2 and ten logs of .05: less.
    long = [(0, index % 2, .05) for index in range(10)]
    frames = [[row, (50, 0, .9)] if index < 2 else [row] for index, row in enumerate(long)]
    assert tracks(SEQUENCE, frames) == []
    assert tracks({**SEQUENCE, 'min_length': 2}, frames)[0] == path(50, 0, 1)


# x, label, score in frame 0, then the one box of frame 1; the overlap is (10 - d) / (10 + d) at a distance of d.
NEARER, SURER, SAME = (1, 1, .5), (4, 1, .9), (5, 0, .1)
LAST = (2, 0, 1.)


@pytest.mark.parametrize(('first', 'weights', 'before'), [
    # log .5 + 2 * 9/11 = .94, log .9 + 2 * 8/12 = 1.23: the score decides, and without it the overlap.
    ((NEARER, SURER), {}, 4), ((NEARER, SURER), {'alpha': 0.}, 1), ((NEARER, SURER), {'beta': 4.}, 1),
    # log .1 + 2 * 7/13 + 10 = 8.8 for the one of the same class.
    ((NEARER, SURER, SAME), {}, 5), ((NEARER, SURER, SAME), {'gamma': 0.}, 4),
    # At 5 pixels the overlap is 1/3, at 3 it is 7/13.
    ((NEARER, SURER, SAME), {'min_iou': .54}, 4)])
def test_each_term_decides(first, weights, before):
    assert tracks({**SHORT, **weights}, [first, [LAST]])[0] == [(0, before), (1, 2)]


def test_a_step_that_brings_less_than_it_costs_is_not_taken():
    # Before the last box, log .9 of the surer one is a loss that only its overlap makes up for.
    assert tracks({**SHORT, 'beta': 0.}, [[SURER], [LAST]]) == []
    assert tracks({**SHORT, 'beta': 0.2}, [[SURER], [LAST]]) == [[(0, 4), (1, 2)]]


def test_a_pair_must_overlap_by_the_limit():
    frames = [[(0, 0, .9)], [(5, 0, .9)]]
    for limit, count in ((1 / 3, 1), (.34, 0)):
        assert len(tracks({**SHORT, 'min_iou': limit}, frames)) == count


def test_equal_paths_go_to_the_higher_score_then_the_earlier_end():
    # Without weights on the score all four paths are worth 12; in both frames the surer one is taken first.
    frames = [[(0, 0, .5), (0, 0, .7)], [(0, 0, .6), (0, 0, .4)]]
    _, seen, summaries = follow({**SHORT, 'alpha': 0.}, [boxes(*rows) for rows in frames])
    assert {track: summary.id for track, summary in summaries.items()} == {0: 1, 1: 0, 2: 0, 3: 1}
    assert tracks(SHORT, [[(50, 0, .9)], [(50, 0, .9)], [], [(0, 0, .9)], [(0, 0, .9)]])[0] == path(50, 0, 1)


def test_summaries():
    labels, scores = [2, 1, 1, 2], [.2, .4, .6, .8]
    rows = [[(0, label, score)] for label, score in zip(labels, scores, strict=True)]
    rows[0].append((50, 1, .9))
    _, seen, summaries = follow(SEQUENCE, [boxes(*row) for row in rows])
    # A tie of votes: the lower class. A detection of its own that no track took keeps what it has.
    track = TrackSummary(1, pytest.approx(.5), True, 0)
    assert summaries == {0: track, 1: TrackSummary(1, pytest.approx(.9), False), 2: track, 3: track, 4: track}
    assert [instances.ids.tolist() for instances in seen] == [[0, 1], [2], [3], [4]]
    assert set(seen[0].columns) == {'bboxes', 'labels', 'scores', 'ids'}


def test_the_order_of_detections_does_not_matter():
    generator = np.random.default_rng(0)
    frames = [[(float(x), int(generator.integers(2)), float(generator.random()))
               for x in np.arange(0, 90, 6) + generator.normal(size=15)] for _ in range(12)]
    expected = tracks(SEQUENCE, frames)
    assert len(expected) > 5
    for _ in range(3):
        shuffled = [[rows[index] for index in generator.permutation(len(rows))] for rows in frames]
        assert tracks(SEQUENCE, shuffled) == expected


def test_step_changes_nothing_and_a_pickled_state_goes_on():
    frames = [boxes((0, 0, .9), (50, 1, .8))] * 9
    tracker = MODELS.build(SEQUENCE)
    state = tracker.init()
    for index, found in enumerate(frames):
        before = pickle.dumps(state)
        following, _ = tracker.step(state, found, frame(index))
        assert pickle.dumps(state) == before
        state = pickle.loads(pickle.dumps(following))
    assert tracker.finish(state) == follow(SEQUENCE, frames)[2]


def test_a_long_video_is_small_and_quick():
    generator = np.random.default_rng(0)
    places = generator.random((10, 2)) * 500
    tracker = MODELS.build(SEQUENCE)
    state = tracker.init()
    for index in range(1000):
        places = places + generator.normal(size=(10, 2))
        corners = torch.from_numpy(np.concatenate([places, places + 40], 1))
        found = Instances(bboxes=corners, labels=torch.arange(10) % 3,
                          scores=torch.from_numpy(generator.random(10) * .9 + .1))
        state, _ = tracker.step(state, found, frame(index))
    assert sum(portion.nbytes for portion in state.portions) == 28 * state.num_detections == 280000
    assert len(state.portions) <= 14
    start = time.perf_counter()
    summaries = tracker.finish(state)
    assert time.perf_counter() - start < 5
    # Ten walks; where two meet, either may go on as the other.
    assert len({summary.id for summary in summaries.values() if summary.keep}) >= 10


def test_what_is_refused():
    with pytest.raises(ValueError, match='frame 3: boxes or scores of detections are not finite'):
        MODELS.build(SEQUENCE).step(MODELS.build(SEQUENCE).init(), boxes((0, 0, float('nan'))), frame(3))
    with pytest.raises(ValueError, match='min_length must be at least 1, got 0'):
        MODELS.build({**SEQUENCE, 'min_length': 0})


def enumerated(frames, alpha, beta, gamma, min_iou, min_length):
    """Tracks by trying every path, one after another."""
    left = {(index, *row) for index, rows in enumerate(frames) for row in rows}
    found = []

    def extended(path, worth):
        yield worth, path
        index, x, label, _ = path[-1]
        for node in left:
            distance = abs(node[1] - x)
            overlap = max(10 - distance, 0) / (10 + distance)
            if node[0] == index + 1 and overlap >= min_iou:
                step = alpha * math.log(node[3]) + beta * overlap + gamma * (node[2] == label)
                yield from extended([*path, node], worth + step)

    while left:
        paths = (found for node in left for found in extended([node], alpha * math.log(node[3])))
        best = max(paths, key=lambda pair: pair[0])[1]
        if len(best) < min(min_length, len(frames)):
            break
        found.append([node[:2] for node in best])
        left -= set(best)
    return found


@pytest.mark.parametrize('seed', range(60))
def test_every_path_tried(seed):
    generator = np.random.default_rng(seed)
    frames = [[(generator.integers(48) / 4, int(generator.integers(2)), float(np.float32(generator.uniform(.01, 1))))
               for _ in range(generator.integers(4))] for _ in range(generator.integers(1, 6))]
    weights = dict(alpha=1., beta=2., gamma=10.) if seed % 2 else dict(
        zip(('alpha', 'beta', 'gamma'), generator.uniform(.5, 2, 3).tolist(), strict=True))
    limits = dict(min_iou=float(generator.choice([.1, .3, .6])), min_length=int(generator.integers(1, 4)))
    assert tracks({**SEQUENCE, **weights, **limits}, frames) == enumerated(frames, **weights, **limits)
