import numpy as np
import pytest
import torch
from mmcv.ops import soft_nms


def one_by_one(boxes, scores, threshold, sigma, min_score, method, offset):
    """mmcv's loop: the best is swapped to the front, what falls below `min_score` makes way for the last."""
    # of single-precision numbers, because rounding decides ties
    rows = [[*box, score, index] for index, (box, score) in
            enumerate(zip(boxes.numpy(), scores.numpy(), strict=True))]
    done = 0
    while done < len(rows):
        best = max(range(done, len(rows)), key=lambda position: rows[position][4])
        rows[done], rows[best] = rows[best], rows[done]
        x1, y1, x2, y2 = rows[done][:4]
        position = done + 1
        while position < len(rows):
            other = rows[position]
            inter = (max(np.float32(0), min(x2, other[2]) - max(x1, other[0]) + offset)
                     * max(np.float32(0), min(y2, other[3]) - max(y1, other[1]) + offset))
            union = ((x2 - x1 + offset) * (y2 - y1 + offset)
                     + (other[2] - other[0] + offset) * (other[3] - other[1] + offset) - inter)
            iou = inter / union
            if method == 'gaussian':
                other[4] *= np.exp(-(iou * iou) / np.float32(sigma))
            elif iou >= np.float32(threshold):
                other[4] *= 1 - iou if method == 'linear' else 0
            if other[4] < min_score:
                rows[position] = rows[-1]
                rows.pop()
            else:
                position += 1
        done += 1
    return rows


@pytest.mark.parametrize(('method', 'expected'), [
    ('naive', [(0, 0.9), (2, 0.5)]),
    ('linear', [(0, 0.9), (2, 0.5), (1, 0.8 * (1 - 0.6))]),
    ('gaussian', [(0, 0.9), (2, 0.5), (1, 0.8 * np.exp(-0.36 / 0.5))])])
def test_worked_example(method, expected):
    boxes = torch.tensor([[0.0, 0, 4, 1], [1, 0, 5, 1], [20, 0, 24, 1]])     # IoU 3/5 of boxes 0 and 1
    dets, kept = soft_nms(boxes, torch.tensor([0.9, 0.8, 0.5]), 0.5, 0.5, 0.01, method)
    assert kept.tolist() == [index for index, _ in expected]
    assert dets[:, 4].tolist() == pytest.approx([score for _, score in expected], abs=1e-6)
    assert dets[:, :4].equal(boxes[kept])


@pytest.mark.parametrize('min_score', [0.001, 0.2])
@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('method', ['naive', 'linear', 'gaussian'])
def test_equals_the_loop_ties_included(method, offset, min_score):
    rng = np.random.default_rng(0)
    corner = rng.integers(0, 12, (40, 2))
    boxes = torch.from_numpy(np.hstack([corner, corner + rng.integers(1, 9, (40, 2))]).astype(np.float32))
    scores = torch.from_numpy(rng.integers(1, 8, 40).astype(np.float32) / 8)
    dets, kept = soft_nms(boxes, scores, 0.3, 0.5, min_score, method, offset)
    expected = np.array(one_by_one(boxes, scores, 0.3, 0.5, min_score, method, offset))
    assert kept.tolist() == expected[:, 5].tolist()
    np.testing.assert_allclose(dets.numpy(), expected[:, :5], atol=1e-6)


def test_empty():
    dets, kept = soft_nms(torch.zeros(0, 4), torch.zeros(0))
    assert dets.shape == (0, 5)
    assert kept.shape == (0,)


@pytest.mark.parametrize('method', ['naive', 'linear', 'gaussian'])
def test_boxes_without_area_overlap_nothing(method):
    boxes = torch.tensor([[1.0, 1, 1, 1], [1, 1, 1, 1]])
    dets, kept = soft_nms(boxes, torch.tensor([0.5, 0.6]), method=method)
    assert kept.tolist() == [1, 0]
    assert dets[:, 4].tolist() == pytest.approx([0.6, 0.5])


def test_bfloat16():
    boxes = torch.tensor([[0, 0, 4, 1], [1, 0, 5, 1]]).bfloat16()
    dets, kept = soft_nms(boxes, torch.tensor([0.5, 1]).bfloat16(), 0.5)
    assert dets.dtype == torch.bfloat16
    assert kept.tolist() == [1, 0]
    assert dets[:, 4].tolist() == pytest.approx([1, 0.2], rel=2**-8)
