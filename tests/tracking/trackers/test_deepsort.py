"""DeepSORT's decisions on hand-worked frames."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from mmvist.structures.instances import Instances
from tests.tracking.propagators.dense import DenseDeepSORT
from tests.tracking.scenes import tracker_config
from tests.tracking.toys import follow

DEEPSORT = tracker_config('deepsort')
PATIENT = {**DEEPSORT, 'min_hits': 3}


def seen(*rows):
    """Rows (x, angle of the embedding in degrees[, label]): a box of 100x100 at x."""
    xs = torch.tensor([row[0] for row in rows], dtype=torch.float32)
    angles = [math.radians(row[1]) for row in rows]
    return Instances(bboxes=torch.stack([xs, 0 * xs, xs + 100, 0 * xs + 100], 1).reshape(-1, 4),
                     labels=torch.tensor([row[2] if len(row) > 2 else 0 for row in rows], dtype=torch.long),
                     scores=torch.full((len(rows),), .9),
                     embeds=torch.tensor([[math.cos(angle), math.sin(angle)] for angle in angles]).reshape(-1, 2))


def ids(config, *frames):
    return [instances.ids.tolist() for instances in follow(config, [seen(*rows) for rows in frames])[1]]


# Embeddings 36 degrees apart are 0.19 apart, 38 degrees 0.21.
def test_embeddings_may_be_a_fifth_apart():
    assert ids(DEEPSORT, [(0, 0)], [], [(0, 36)]) == [[0], [], [0]]
    assert ids(DEEPSORT, [(0, 0)], [], [(0, 38)]) == [[0], [], [1]]


def test_a_fresher_track_chooses_before_an_older_and_nearer_one():
    frames = [(0, 0), (10, 60)], [(10, 60)], [(5, 24)]
    # 24 degrees from the older one; to the fresher one it is 36, which is enough.
    assert ids(DEEPSORT, *frames) == [[0, 1], [1], [1]]
    first, second = DEEPSORT['stages']
    assert ids({**DEEPSORT, 'stages': [{**first, 'cascade': False}, second]}, *frames) == [[0, 1], [1], [0]]


def test_what_a_fresher_track_leaves_goes_to_an_older_one():
    assert ids(DEEPSORT, [(0, 0), (10, 90)], [(10, 90)], [(5, 10), (6, 80)]) == [[0, 1], [1], [0, 1]]


def test_equal_looks_far_away_are_someone_else():
    # After one frame the centre's deviation is 100 * sqrt(.1^2 + (1/16)^2 + 2 * .05^2) = 13.75: squared distances of
    # up to 9.4877 are 42.35 pixels.
    first_stage = {**DEEPSORT, 'stages': DEEPSORT['stages'][:1]}
    assert ids(first_stage, [(0, 0)], [(42.3, 0)]) == [[0], [0]]
    assert ids(first_stage, [(0, 0)], [(42.4, 0)]) == [[0], [1]]


def test_a_track_is_as_near_as_the_nearest_of_its_looks():
    # By overlap alone the track turns by 60 degrees; two frames later it looks as it did at first.
    frames = [(0, 0)], [(0, 60)], [], [(0, 0)]
    assert ids(DEEPSORT, *frames) == [[0], [0], [], [0]]
    assert ids({**DEEPSORT, 'memory': dict(type='LatestMemory')}, *frames) == [[0], [0], [], [1]]
    assert ids({**DEEPSORT, 'memory': dict(type='GalleryMemory', budget=1)}, *frames) == [[0], [0], [], [1]]


def test_overlap_decides_for_tracks_of_the_frame_before_alone():
    assert ids(DEEPSORT, [(0, 0)], [(0, 90)]) == [[0], [0]]
    assert ids(DEEPSORT, [(0, 0)], [], [(0, 90)]) == [[0], [], [1]]
    # An overlap of 0.3 is enough, of 0.29 not: 100 - 53 over 100 + 53, 100 - 55 over 100 + 55.
    assert ids(DEEPSORT, [(0, 0)], [(53, 90)]) == [[0], [0]]
    assert ids(DEEPSORT, [(0, 0)], [(55, 90)]) == [[0], [1]]


def test_two_weak_matches_give_way_to_a_good_one():
    # Distances .00 and .19 from the first track; .19 and more than .2 from the second. The authors' code cuts distances
    # off at the threshold, so the one good match counts more than the two weak ones.
    first_stage = {**DEEPSORT, 'stages': DEEPSORT['stages'][:1]}
    assert ids(first_stage, [(0, 0), (1, 36)], [(0, 0), (1, -36)]) == [[0, 1], [0, 2]]


def test_classes_do_not_count():
    assert ids(DEEPSORT, [(0, 0, 0)], [(0, 0, 1)]) == [[0], [0]]


def test_a_track_returns_within_30_frames():
    for gap, expected in ((30, 0), (31, 1)):
        assert ids(DEEPSORT, [(0, 0)], *[[]] * (gap - 1), [(0, 0)])[-1] == [expected]


class TestThreeHits:
    def test_the_third_detection_is_the_first_to_be_told(self):
        assert ids(PATIENT, *[[(0, 0)]] * 4) == [[], [], [0], [0]]

    def test_a_tentative_track_dies_of_a_miss(self):
        state, instances, summaries = follow(PATIENT, [seen(*rows) for rows in (
            [(0, 0)], [(0, 0)], [], [(0, 0)], [(0, 0)], [(0, 0)])])
        assert [found.ids.tolist() for found in instances] == [[], [], [], [], [], [1]]
        assert {track: summary.keep for track, summary in summaries.items()} == {0: False, 1: True}
        assert state.records.ids.tolist() == [1]

    def test_a_confirmed_track_outlives_misses(self):
        assert ids(PATIENT, *[[(0, 0)]] * 3, *[[]] * 5, [(0, 0)]) == [[], [], [0], *[[]] * 5, [0]]

    def test_tentative_tracks_are_told_by_overlap_alone(self):
        # Near enough for the filter and equal in looks, but an overlap of 0.27.
        part = {**PATIENT, 'propagator': dict(type='KalmanFilter', position_weight=1 / 10)}
        frames = [(0, 0)], [(57, 0)], [(57, 0)], [(57, 0)]
        assert ids(part, *frames) == [[], [], [], [1]]
        assert ids({**part, 'min_hits': 1}, *frames) == [[0], [0], [0], [0]]


def test_the_looks_of_a_gallery_are_bounded():
    config = {**DEEPSORT, 'memory': dict(type='GalleryMemory', budget=3)}
    state, _, _ = follow(config, [seen((0, angle)) for angle in (0, 10, 20, 30, 40)])
    angles = torch.rad2deg(torch.atan2(*state.tracks.gallery.looks[0].T.flip(0)))
    assert sorted(angles.tolist()) == pytest.approx([20, 30, 40], abs=1e-4)


def pairs_within(costs, limit):
    """The authors' assignment: costs cut off just above the limit, solved, and what is above it struck out."""
    rows, columns = linear_sum_assignment(np.minimum(costs, limit + 1e-5))
    return [(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if costs[row, column] <= limit]


def overlap(first, second):
    wide = max(min(first[2], second[2]) - max(first[0], second[0]), 0)
    high = max(min(first[3], second[3]) - max(first[1], second[1]), 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return wide * high / (sum(areas) - wide * high)


class OriginalDeepSORT:
    """The authors' program, one track at a time: a list of dictionaries."""

    def __init__(self):
        self.tracks, self.next_id = [], 0

    def step(self, boxes, looks):
        """Ids of detections, -1 for those of tentative tracks."""
        for track in self.tracks:
            track['filter'].advance()
            track['gap'] += 1
        ids, free = np.full(len(boxes), -1), list(range(len(boxes)))
        for age in range(1, 31):
            some = [track for track in self.tracks if track['hits'] >= 3 and track['gap'] == age]
            costs = np.array([[self.appearance(track, boxes[place], looks[place]) for place in free]
                              for track in some]).reshape(len(some), len(free))
            free = self.take(some, free, pairs_within(costs, .2), boxes, looks, ids)
        some = [track for track in self.tracks if track['gap'] == 1]
        costs = np.array([[1 - overlap(track['filter'].box(), boxes[place]) for place in free]
                          for track in some]).reshape(len(some), len(free))
        free = self.take(some, free, pairs_within(costs, .7), boxes, looks, ids)
        self.tracks = [track for track in self.tracks if track['gap'] <= (30 if track['hits'] >= 3 else 0)]
        for place in free:
            self.tracks.append(dict(id=self.next_id, filter=DenseDeepSORT(boxes[place]), gallery=[looks[place]], hits=1,
                                    gap=0))
            self.next_id += 1
        return ids.tolist()

    @staticmethod
    def appearance(track, box, look):
        if track['filter'].distance(box) > 9.487729:
            return np.inf
        return min(1 - kept @ look / np.linalg.norm(kept) / np.linalg.norm(look) for kept in track['gallery'][-100:])

    @staticmethod
    def take(some, free, pairs, boxes, looks, ids):
        for row, column in pairs:
            track, place = some[row], free[column]
            track['filter'].measure(boxes[place])
            track['gallery'].append(looks[place])
            track['hits'], track['gap'] = track['hits'] + 1, 0
            ids[place] = track['id'] if track['hits'] >= 3 else -1
        return [place for column, place in enumerate(free) if column not in [taken for _, taken in pairs]]


@pytest.mark.parametrize('seed', range(6))
def test_the_original_on_random_crowds(seed):
    generator = np.random.default_rng(seed)
    count, length = 8, 30
    starts, steps = generator.uniform(0, 120, (count, 2)), generator.normal(size=(count, 2)) * 3
    sizes, looks = generator.uniform(30, 60, (count, 2)), generator.normal(size=(count, 3))
    original, frames, expected = OriginalDeepSORT(), [], []
    for index in range(length):
        there = generator.permutation(np.flatnonzero(generator.random(count) < .8))
        corners = starts[there] + index * steps[there] + generator.normal(size=(len(there), 2))
        boxes = np.concatenate([corners, corners + sizes[there]], 1).astype(np.float32)
        # Looks change by about the limit.
        embeds = (looks[there] + generator.normal(size=(len(there), 3)) * .4).astype(np.float32)
        expected.append(original.step(boxes.astype(float), embeds.astype(float)))
        frames.append(Instances(bboxes=torch.from_numpy(boxes), embeds=torch.from_numpy(embeds),
                                scores=torch.ones(len(boxes)), labels=torch.zeros(len(boxes), dtype=torch.long)))
    state, seen, _ = follow(PATIENT, frames)
    assert [instances.ids.tolist() for instances in seen] == [[track for track in ids if track >= 0]
                                                              for ids in expected]
    # Beside those that were told there were tentative ones, and tracks were lost and found.
    assert state.next_id == original.next_id > count
    assert len({track for ids in expected for track in ids}) > 4
