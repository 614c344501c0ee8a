"""Boxes of the last frame, moved into this one."""

import pytest
import torch

from mmvist.models.vae import ProposalHead

EXTRACTOR = dict(type='SingleRoIExtractor', roi_layer=dict(type='RoIAlign', output_size=3, sampling_ratio=2),
                 out_channels=4, featmap_strides=[4, 8])


def build(**options):
    torch.manual_seed(0)
    return ProposalHead(EXTRACTOR, in_channels=4, region_size=3, hidden=8, **options)


def maps(batch=1):
    return tuple(torch.randn(batch, 4, 16 // stride, 24 // stride, requires_grad=True) for stride in (1, 2))


def test_at_first_nothing_moves_but_to_the_border():
    boxes = torch.tensor([[2., 3, 20, 30], [80, 50, 110, 70]])
    moved = build().move(maps(), boxes, (64, 96))
    assert torch.allclose(moved, torch.tensor([[2., 3, 20, 30], [80, 50, 96, 64]]), atol=1e-4)
    assert build().move(maps(), boxes[:0], (64, 96)).shape == (0, 4)


def test_the_loss_is_that_of_the_true_change():
    """Without jitter, and where nothing moves yet: smooth L1 of the coder's numbers."""
    before, now = torch.tensor([[10., 10, 30, 30]]), torch.tensor([[12., 10, 32, 30]])
    loss, moved = build(num_copies=3, jitter=0.).loss(maps(), [before], [now])
    # Two of twenty pixels, over a deviation of .1: a change of 1, which costs 1/2.
    assert loss.item() == pytest.approx(.5, abs=1e-4)
    assert torch.allclose(moved[0], before.repeat(3, 1), atol=1e-4)
    assert not moved[0].requires_grad


def test_boxes_are_off_by_a_share_of_their_size():
    head = build(jitter=.1)
    boxes = torch.tensor([[10., 10, 30, 50]]).repeat(500, 1)
    off = head._jittered(boxes, torch.Generator().manual_seed(0))
    centres, sizes = (off[:, :2] + off[:, 2:]) / 2, off[:, 2:] - off[:, :2]
    for values, middle, reach in ((centres, [20, 30], [2, 4]), (sizes, [20, 40], [2, 4])):
        away = (values - torch.tensor(middle, dtype=torch.float32)).abs() / torch.tensor(reach)
        assert .95 < away.max() <= 1 + 1e-5
    assert torch.equal(head._jittered(boxes[:2], torch.Generator().manual_seed(1)),
                       head._jittered(boxes[:2], torch.Generator().manual_seed(1)))


def test_without_objects_there_is_a_gradient_of_nothing():
    head, levels = build(), maps(2)
    none = torch.zeros(0, 4)
    loss, moved = head.loss(levels, [none, none], [none, none])
    loss.backward()
    assert loss.item() == 0
    assert [len(part) for part in moved] == [0, 0]
    assert all(weight.grad is not None for weight in head.parameters())
    assert all(level.grad is not None for level in levels)


def test_images_keep_their_boxes():
    before = [torch.tensor([[10., 10, 30, 30], [40, 10, 60, 30]]), torch.zeros(0, 4), torch.tensor([[5., 5, 25, 25]])]
    _, moved = build(num_copies=2, jitter=0.).loss(maps(3), before, before)
    for part, boxes in zip(moved, before, strict=True):
        assert torch.allclose(part, boxes.repeat(2, 1), atol=1e-3)
