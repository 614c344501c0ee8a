"""Suppression in one matrix, against a loop and by hand."""

import pytest
import torch

from mmvist.models.detectors.fast_nms import fast_nms


def overlap(first, second):
    width, height = (min(first[axis + 2], second[axis + 2]) - max(first[axis], second[axis]) for axis in (0, 1))
    common = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return common / (sum(areas) - common)


def by_loop(bboxes, scores, threshold, most):
    order = sorted(range(len(scores)), key=lambda row: -scores[row])
    kept = [row for place, row in enumerate(order)
            if all(overlap(bboxes[row], bboxes[better]) <= threshold for better in order[:place])]
    return kept[:most]


def boxes(*sides):
    """Boxes of height ten from left to right."""
    return torch.tensor([[left, 0., right, 10.] for left, right in sides])


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize(('threshold', 'most'), [(0.7, 100), (0.5, 100), (0.3, 5), (0.0, 100)])
def test_as_a_loop_does(threshold, most, seed):
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(40, 2, generator=generator) * 40
    bboxes = torch.cat([corners, corners + 20 + torch.rand(40, 2, generator=generator) * 10], dim=1)
    scores = torch.rand(40, generator=generator)
    expected = by_loop(bboxes.tolist(), scores.tolist(), threshold, most)
    assert 1 <= len(expected) < 40
    assert fast_nms(bboxes, scores, threshold, most).tolist() == expected


def test_a_box_that_goes_suppresses_others_all_the_same():
    # Each overlaps the next by 2/3, the first and the last by 3/7; other NMS would keep the last.
    bboxes = boxes((0, 10), (2, 12), (4, 14))
    assert fast_nms(bboxes, torch.tensor([.9, .8, .7]), 0.5, 10).tolist() == [0]
    assert fast_nms(bboxes, torch.tensor([.9, .7, .8]), 0.5, 10).tolist() == [0, 2]


def test_an_overlap_of_the_threshold_is_allowed():
    assert fast_nms(boxes((0, 10), (5, 10)), torch.tensor([.9, .8]), 0.5, 10).tolist() == [0, 1]


def test_equal_scores_keep_their_order():
    far = boxes(*[(20 * place, 20 * place + 10) for place in range(20)])
    assert fast_nms(far, torch.full((20,), .5), 0.5, 3).tolist() == [0, 1, 2]
    same = boxes((0, 10), (0, 10), (0, 10))
    assert fast_nms(same, torch.tensor([.5, .9, .9]), 0.5, 10).tolist() == [1]


@pytest.mark.parametrize('count', [0, 1])
def test_none_and_one(count):
    kept = fast_nms(boxes((0, 10))[:count], torch.ones(count), 0.5, 10)
    assert (kept.tolist(), kept.dtype) == (list(range(count)), torch.int64)
