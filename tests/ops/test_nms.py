import numpy as np
import pytest
import torch
from mmcv.ops import batched_nms, nms

import mmvist.ops.nms as module


def greedy(boxes, scores, threshold, offset):
    """mmcv's rule, box by box, in single precision."""
    boxes, one = boxes.numpy(), np.float32(offset)
    kept = []
    for i in scores.sort(0, descending=True).indices.tolist():
        for j in kept:
            width = max(min(boxes[i, 2], boxes[j, 2]) - max(boxes[i, 0], boxes[j, 0]) + one, np.float32(0))
            height = max(min(boxes[i, 3], boxes[j, 3]) - max(boxes[i, 1], boxes[j, 1]) + one, np.float32(0))
            areas = [(box[2] - box[0] + one) * (box[3] - box[1] + one) for box in (boxes[j], boxes[i])]
            inter = width * height
            if inter > 0 and inter / (areas[0] + areas[1] - inter) > np.float32(threshold):
                break
        else:
            kept.append(i)
    return kept


def random_boxes(num, seed=0):
    """Whole-numbered and crowded, so that equal overlaps, equal scores and boxes without area occur."""
    rng = np.random.default_rng(seed)
    corner, size = rng.integers(0, 12, (num, 2)), rng.integers(0, 9, (num, 2))
    boxes = torch.from_numpy(np.hstack([corner, corner + size]).astype(np.float32))
    return boxes, torch.from_numpy(rng.integers(0, 20, num).astype(np.float32) / 20)


@pytest.mark.parametrize(('threshold', 'offset', 'expected'), [
    (0.5, 0, [1, 2]),         # IoU 3/5 of boxes 1 and 0
    (0.6, 0, [1, 0, 2]),      # not more than the threshold, though 0.6 > 3/5 in double precision
    (0.7, 0, [1, 0, 2]),
    (0.65, 1, [1, 2])])       # one pixel wider: 4 * 2 / (10 + 10 - 8) = 2/3
def test_worked_example(threshold, offset, expected):
    boxes = torch.tensor([[0.0, 0, 4, 1], [1, 0, 5, 1], [20, 0, 24, 1]])
    dets, kept = nms(boxes, torch.tensor([0.8, 0.9, 0.7]), threshold, offset=offset)
    assert kept.tolist() == expected
    assert dets[:, :4].equal(boxes[expected])


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.0, 0.25, 0.5, 0.6, 0.75])
@pytest.mark.parametrize('num', [1, 2, 40])
def test_equals_the_greedy_loop(num, threshold, offset):
    boxes, scores = random_boxes(num)
    _, kept = nms(boxes, scores, threshold, offset=offset)
    assert kept.tolist() == greedy(boxes, scores, threshold, offset)


@pytest.mark.parametrize(('block', 'portion'), [(1, 1), (7, 3), (64, 10)])
def test_any_portions_give_the_same(monkeypatch, block, portion):
    boxes, scores = random_boxes(60, seed=1)
    monkeypatch.setitem(module.BLOCK, 'cpu', block)
    monkeypatch.setitem(module.PORTION, 'cpu', portion)
    assert nms(boxes, scores, 0.4)[1].tolist() == greedy(boxes, scores, 0.4, 0)


def test_a_long_chain_is_settled_in_order():
    """Each box overlaps its neighbours only: every other one stays."""
    left = torch.arange(30.0)
    boxes = torch.stack([left, torch.zeros(30), left + 3, torch.ones(30)], 1)
    assert nms(boxes, -left, 0.4)[1].tolist() == list(range(0, 30, 2))


def test_empty():
    dets, kept = nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert dets.shape == (0, 5)
    assert kept.dtype == torch.long
    assert kept.shape == (0,)


def test_score_threshold_and_max_num():
    boxes = torch.tensor([[0.0, 0, 1, 1], [5, 0, 6, 1], [10, 0, 11, 1], [15, 0, 16, 1]])
    scores = torch.tensor([0.1, 0.5, 0.9, 0.7])
    assert nms(boxes, scores, 0.5, score_threshold=0.3)[1].tolist() == [2, 3, 1]
    assert nms(boxes, scores, 0.5, score_threshold=0.3, max_num=2)[1].tolist() == [2, 3]


def test_numpy_in_numpy_out():
    _, kept = nms(np.float32([[0, 0, 4, 1], [0, 0, 4, 1]]), np.float32([0.3, 0.4]), 0.5)
    assert isinstance(kept, np.ndarray)
    assert kept.tolist() == [1]


def test_batched_nms_keeps_classes_apart():
    boxes = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 5]])
    dets, kept = batched_nms(boxes, torch.tensor([0.5, 0.6, 0.7]), torch.tensor([0, 1, 1]),
                             {'type': 'nms', 'iou_threshold': 0.5})
    assert kept.tolist() == [2, 0]
    assert dets.tolist() == [[0, 0, 4, 5, pytest.approx(0.7)], [0, 0, 4, 4, 0.5]]


@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
def test_other_dtypes_choose_the_same(dtype):
    boxes, scores = random_boxes(40)
    scores = scores.to(dtype)
    dets, kept = nms(boxes.to(dtype), scores, 0.5)
    assert kept.tolist() == greedy(boxes, scores.float(), 0.5, 0)
    assert dets.dtype == dtype


def test_mixed_dtypes_within_autocast():
    boxes, scores = random_boxes(40)
    scores = scores.bfloat16()
    with torch.autocast('cpu', torch.bfloat16):
        assert nms(boxes, scores, 0.5)[1].tolist() == greedy(boxes, scores.float(), 0.5, 0)
