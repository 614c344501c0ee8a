"""Which object a detection shows, and which pairs and births are right; by hand and against loops."""

import random as chance

import pytest
import torch

from mmvist.models.graph_tracker.training import NOBODY, matched_objects, pair_targets
from tests.models.graph_tracker.builders import CLASSES, truth_of

SQUARE = (0, 0, 10, 10)


def match(boxes, objects, real=None, min_iou=.5):
    """Ids and labels of the detections of one frame."""
    real = [True] * len(boxes) if real is None else real
    ids, labels = matched_objects(torch.tensor(boxes, dtype=torch.float32).view(1, -1, 4),
                                  torch.tensor([real], dtype=torch.bool), [truth_of(objects)], min_iou, CLASSES)
    return ids[0].tolist(), labels[0].tolist()


class TestObjects:
    def test_the_overlap_must_be_above_the_least(self):
        # Half of the square, and a hair more.
        objects = {7: (SQUARE, 1)}
        assert match([[0, 0, 5, 10]], objects) == ([NOBODY], [CLASSES])
        assert match([[0, 0, 5.01, 10]], objects) == ([7], [1])

    def test_of_several_detections_the_best(self):
        assert match([[0, 0, 8, 10], [0, 0, 9, 10], [0, 0, 7, 10]], {7: (SQUARE, 1)}) == (
            [NOBODY, 7, NOBODY], [CLASSES, 1, CLASSES])

    def test_of_equal_detections_the_first(self):
        assert match([[0, 0, 9, 10]] * 3, {7: (SQUARE, 1)})[0] == [7, NOBODY, NOBODY]

    def test_of_equal_objects_the_first(self):
        objects = {9: (SQUARE, 2), 7: (SQUARE, 1)}
        assert match([[0, 0, 9, 10]], objects) == ([9], [2])

    def test_a_detection_does_not_fall_back_on_another_object(self):
        # Both detections overlap the first object most; the second of them would do for the other object.
        objects = {7: ((0, 0, 20, 10), 0), 9: ((4, 0, 24, 10), 1)}
        assert match([[0, 0, 20, 10], [1.5, 0, 21.5, 10]], objects)[0] == [7, NOBODY]

    def test_id_and_class_zero_are_some(self):
        assert match([[*SQUARE]], {0: (SQUARE, 0)}) == ([0], [0])

    @pytest.mark.parametrize(('boxes', 'objects', 'expected'), [
        ([[*SQUARE]], {}, [NOBODY]), ([], {7: (SQUARE, 1)}, []), ([], {}, [])])
    def test_nothing(self, boxes, objects, expected):
        assert match(boxes, objects) == (expected, [CLASSES] * len(expected))

    def test_what_fills_up_the_batch_is_nothing(self):
        assert match([[*SQUARE], [0, 0, 9, 10]], {7: (SQUARE, 1)}, [False, True])[0] == [NOBODY, 7]
        assert match([[*SQUARE]], {7: (SQUARE, 1)}, [False])[0] == [NOBODY]


def overlap(first, second):
    sides = [max(min(first[axis + 2], second[axis + 2]) - max(first[axis], second[axis]), 0) for axis in (0, 1)]
    area = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return sides[0] * sides[1] / (sum(area) - sides[0] * sides[1])


def matched_by_loop(boxes, real, objects, min_iou):
    best = {}
    for n, box in enumerate(boxes):
        if real[n] and objects:
            key = max(objects, key=lambda key, box=box: overlap(box, objects[key][0]))
            value = overlap(box, objects[key][0])
            if value > min_iou and value > best.get(key, (-1, 0))[1]:
                best[key] = n, value
    ids = [NOBODY] * len(boxes)
    for key, (n, _) in best.items():
        ids[n] = key
    return ids


def test_objects_against_a_loop():
    draw, seen = chance.Random(0), set()
    for _ in range(60):
        def box():
            left, top = draw.randrange(0, 24), draw.randrange(0, 16)
            return left, top, left + draw.randrange(6, 16), top + draw.randrange(6, 16)
        objects = {key: (box(), draw.randrange(CLASSES)) for key in draw.sample(range(9), draw.randrange(4))}
        boxes = [box() for _ in range(draw.randrange(4))]
        # Detections near to objects, several of one object among them.
        for where, _ in objects.values():
            boxes += [tuple(side + draw.choice((-1, 0, 1)) for side in where) for _ in range(draw.randrange(3))]
        real = [draw.random() < .9 for _ in boxes]
        expected = matched_by_loop(boxes, real, objects, .4)
        ids, labels = match([list(box) for box in boxes], objects, real, .4)
        assert ids == expected
        assert labels == [objects[key][1] if key != NOBODY else CLASSES for key in expected]
        seen.add(len([key for key in expected if key != NOBODY]))
    assert seen >= {0, 1, 2, 3}


def pairs_by_loop(owners, used, ids, real):
    """Of several tracks of one object the first counts alone."""
    held, match = set(), [[False] * len(ids) for _ in owners]
    for m, owner in enumerate(owners):
        if used[m] and owner != NOBODY and owner not in held:
            held.add(owner)
            match[m] = [key == owner for key in ids]
    return match, [key != NOBODY and key not in held for key in ids]


class TestPairs:
    @pytest.mark.parametrize(('owners', 'used', 'ids', 'match', 'init'), [
        # A pair, a birth, a false detection; a false track.
        ([4, NOBODY], [1, 1], [9, 4, NOBODY], [[0, 1, 0], [0, 0, 0]], [1, 0, 0]),
        # Two tracks of one object: the first counts, and nothing is born.
        ([4, 4], [1, 1], [4], [[1], [0]], [0]),
        # The first of them is not there (yet).
        ([4, 4], [0, 1], [4], [[0], [1]], [0]),
        # A track that starts in this frame does not count, so its detection is to be born.
        ([4], [0], [4], [[0]], [1]),
        # Object 0; a track whose object is gone; nobody belongs to nobody.
        ([0, 5, NOBODY], [1, 1, 1], [NOBODY, 0], [[0, 1], [0, 0], [0, 0]], [0, 0]),
        ([], [], [3, NOBODY], [], [1, 0]),
        ([3], [1], [], [[]], []),
        ([], [], [], [], [])])
    def test_by_hand(self, owners, used, ids, match, init):
        arguments = [torch.tensor([values], dtype=torch.long) for values in (owners, used, ids)]
        real = torch.ones(1, len(ids), dtype=torch.bool)
        targets = pair_targets(arguments[0], arguments[1].bool(), arguments[2], real)
        assert targets.match[0].int().tolist() == match
        assert targets.init[0].int().tolist() == init
        assert torch.equal(targets.tracks[0], arguments[1][0].bool())
        assert targets.detections is real

    def test_against_a_loop(self):
        generator = torch.Generator().manual_seed(0)
        for _ in range(50):
            tracks, count = (int(torch.randint(6, (), generator=generator)) for _ in range(2))
            owners = torch.randint(-1, 4, (2, tracks), generator=generator)
            used = torch.rand(2, tracks, generator=generator) < .8
            # In a frame an object has one detection.
            ids = torch.stack([torch.randperm(8, generator=generator)[:count] for _ in range(2)])
            ids = ids.where(ids < 4, NOBODY)
            real = torch.ones(2, count, dtype=torch.bool)
            targets = pair_targets(owners, used, ids, real)
            for video in range(2):
                match, init = pairs_by_loop(*(values[video].tolist() for values in (owners, used, ids, real)))
                assert targets.match[video].tolist() == match
                assert targets.init[video].tolist() == init
