"""Rows of filled up batches, and how detections of several videos come into one."""

import pytest
import torch

from mmvist.models.graph_tracker.batch import gather_found
from mmvist.models.graph_tracker.rows import best_of, grown, pick
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.masks import BoxMasks
from tests.models.graph_tracker.builders import LOOKS, VIDEO, detections, frame_of, random


class TestRows:
    def test_best(self):
        logits = torch.tensor([[[1., 5., 3.], [2., 2., 9.]], [[1., 5., 3.], [-7., -8., -6.]]])
        mask = torch.tensor([[True, False, True], [False, False, False]])
        # Of equals the first; what does not count is not chosen; none of none.
        assert best_of(logits, mask).tolist() == [[2, 2], [-1, -1]]
        assert best_of(torch.zeros(1, 1, 3), torch.tensor([[False, True, True]])).tolist() == [[1]]

    @pytest.mark.parametrize(('tracks', 'count'), [(2, 0), (0, 3), (0, 0)])
    def test_best_of_nothing(self, tracks, count):
        best = best_of(torch.zeros(1, tracks, count), torch.ones(1, count, dtype=torch.bool))
        assert (best.tolist(), best.dtype) == ([[-1] * tracks], torch.int64)

    @pytest.mark.parametrize('shape', [(), (4,), (2, 3)])
    def test_pick(self, shape):
        values, index = random(2, 3, *shape), torch.tensor([[2, -1, 0, 2], [1, 1, -1, -1]])
        picked = pick(values, index)
        assert picked.shape == (2, 4, *shape)
        for video in range(2):
            for row, number in enumerate(index[video].tolist()):
                expected = values[video, number] if number >= 0 else torch.zeros(shape)
                assert torch.equal(picked[video, row], expected)

    @pytest.mark.parametrize('shape', [(), (4,)])
    def test_pick_from_nothing(self, shape):
        assert torch.equal(pick(torch.zeros(1, 0, *shape), torch.tensor([[-1, -1]])), torch.zeros(1, 2, *shape))
        assert pick(random(1, 3, *shape), torch.zeros(1, 0, dtype=torch.int64)).shape == (1, 0, *shape)

    def test_pick_keeps_whole_numbers(self):
        assert pick(torch.tensor([[5, 7]]), torch.tensor([[1, -1]])).tolist() == [[7, 0]]

    def test_grown(self):
        values = torch.tensor([[3, 4]])
        assert grown(values, 2, -1).tolist() == [[3, 4, -1, -1]]
        assert grown(values, 0) is values
        assert grown(values[:, :0], 1).tolist() == [[0]]
        assert grown(torch.ones(1, 1, 2), 1, .5).tolist() == [[[1., 1.], [.5, .5]]]


class TestGather:
    @pytest.mark.parametrize('counts', [(3, 1), (0, 2), (2, 0), (0, 0), (1,), (0,)])
    def test_side_by_side(self, counts):
        pairs = [(frame_of(seed=seed), detections(count, seed)) for seed, count in enumerate(counts)]
        found = gather_found(pairs)
        most = max(counts)
        assert found.real.sum(1).tolist() == list(counts)
        for row, (frame, some) in enumerate(pairs):
            count = len(some)
            assert found.real[row].tolist() == [True] * count + [False] * (most - count)
            inside = some.masks.box_masks().float()
            for name, column in (('logits', some.logits), ('scores', some.scores), ('bboxes', some.bboxes),
                                 ('embeds', some.embeds), ('masks', some.masks.logits), ('inside', inside)):
                values = getattr(found, name)
                assert values.shape == (len(counts), most, *column.shape[1:])
                assert torch.equal(values[row, :count], column)
                assert (values[row, count:] == 0).all()
            assert torch.equal(found.scene[row, 0], frame.features['appearance'][0].flatten())

    def test_places_are_of_the_input(self):
        # 864 x 480, also where its right half is padding.
        boxes = torch.tensor([[0., 0., 864., 480.], [432., 120., 648., 240.]])
        pairs = []
        for width in (864, 432):
            frame = Frame(VIDEO, 0, torch.zeros(3, 480, 864), 480, width, (1., 1.),
                          {'appearance': (torch.zeros(LOOKS, 1, 1),)})
            pairs.append((frame, detections(2, bboxes=boxes)))
        for places in gather_found(pairs).places:
            assert places.tolist() == [[-1, -1, 1, 1], [0, -.5, .5, 0]]

    def test_without_looks(self):
        some = detections(2)
        found = gather_found([(frame_of(), some.only([name for name in some.columns if name != 'embeds']))])
        assert found.embeds is None
        assert found.scene is None

    def test_in_full_precision(self):
        some = detections(2).replace(logits=random(2, 4).half(), embeds=random(2, LOOKS).bfloat16())
        found = gather_found([(frame_of(), some)])
        assert {value.dtype for value in (found.logits, found.embeds, found.masks, found.inside)} == {torch.float32}
        assert torch.equal(found.logits[0], some.logits.float())

    @pytest.mark.parametrize('lack', ['logits', 'masks', 'kind'])
    def test_what_is_missing_is_told(self, lack):
        some = detections(2)
        if lack == 'kind':
            some = some.replace(masks=BoxMasks(torch.ones(2, 4, 4), some.bboxes))
        else:
            some = some.only([name for name in some.columns if name != lack])
        assert isinstance(some, Instances)
        told = 'GraphTracker reads class logits and masks.*these detections have bboxes, scores, labels'
        with pytest.raises(ValueError, match=told):
            gather_found([(frame_of(), some)])
