"""The Lovasz-softmax loss, against its definition written out."""

import pytest
import torch

from mmvist.models.losses import LovaszSoftmax, lovasz_softmax
from mmvist.models.losses.lovasz_softmax import _growth
from mmvist.registry import MODELS


def lack_of_overlap(truth, wrong):
    """1 - IoU of a class, from the set of its pixels and that of the pixels that are told wrong."""
    found = truth ^ wrong
    return 1 - len(truth & found) / len(truth | found)


def extended(truth, errors):
    """Mean over a threshold between 0 and 1 of the loss of those pixels whose error reaches it."""
    total, below = 0., 0.
    for level in sorted(set(errors.values())):
        wrong = {pixel for pixel, error in errors.items() if error >= level}
        total += (level - below) * lack_of_overlap(truth, wrong)
        below = level
    return total


def spelled_out(probabilities, targets, valid):
    """Of one image, from lists."""
    pixels = [pixel for pixel, counts in enumerate(valid) if counts]
    terms = []
    for label in sorted({targets[pixel] for pixel in pixels}):
        truth = {pixel for pixel in pixels if targets[pixel] == label}
        errors = {pixel: 1 - probabilities[label][pixel] if pixel in truth else probabilities[label][pixel]
                  for pixel in pixels}
        terms.append(extended(truth, errors))
    return sum(terms) / len(terms) if terms else 0.


def drawn(seed, images=3, classes=4, pixels=30, sharpness=2.):
    generator = torch.Generator().manual_seed(seed)
    logits = sharpness * torch.randn(images, classes, pixels, generator=generator, dtype=torch.float64)
    # Not every class is in every image.
    targets = torch.randint(classes, (images, pixels), generator=generator) // (1 + torch.arange(images)[:, None])
    valid = torch.rand(images, pixels, generator=generator) < .8
    return logits, targets, valid


def expected(probabilities, targets, valid):
    images = zip(probabilities.tolist(), targets.tolist(), valid.tolist(), strict=True)
    return torch.tensor([spelled_out(*image) for image in images], dtype=probabilities.dtype)


def test_by_hand():
    # Class 0: .4 outside takes 1 - IoU to 1/2, .2 inside takes it to 1. Class 1: .4 inside takes it to 1 at once.
    probabilities = torch.tensor([[[.8, .4], [.2, .6]]])
    loss = lovasz_softmax(probabilities, torch.tensor([[0, 1]]), torch.ones(1, 2, dtype=torch.bool))
    assert loss.tolist() == [pytest.approx(((.4 + .2) / 2 + .4) / 2)]


@pytest.mark.parametrize('sharpness', [.1, 2., 20.])
@pytest.mark.parametrize('seed', range(4))
def test_as_spelled_out(seed, sharpness):
    logits, targets, valid = drawn(seed, sharpness=sharpness)
    probabilities = logits.softmax(1)
    torch.testing.assert_close(lovasz_softmax(probabilities, targets, valid), expected(probabilities, targets, valid))


@pytest.mark.parametrize('seed', range(4))
def test_certain_answers_cost_what_their_overlap_lacks(seed):
    logits, targets, valid = drawn(seed)
    found = logits.argmax(1)
    loss = lovasz_softmax(torch.eye(4, dtype=torch.float64)[found].transpose(1, 2), targets, valid)
    for image in range(3):
        terms = []
        for label in targets[image, valid[image]].unique():
            truth, answer = ((labels[image] == label) & valid[image] for labels in (targets, found))
            terms.append(1 - (truth & answer).sum().item() / (truth | answer).sum().item())
        assert loss[image].item() == pytest.approx(sum(terms) / len(terms))


def test_the_truth_costs_nothing():
    _, targets, valid = drawn(0)
    loss = lovasz_softmax(torch.eye(4)[targets].transpose(1, 2), targets, valid)
    assert loss.tolist() == [0, 0, 0]


def test_the_order_of_pixels_does_not_matter():
    logits, targets, valid = drawn(1)
    order = torch.randperm(targets.shape[1], generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(lovasz_softmax(logits.softmax(1)[..., order], targets[:, order], valid[:, order]),
                               lovasz_softmax(logits.softmax(1), targets, valid))


@pytest.mark.parametrize(('probability', 'target'), [(0., 0), (1., 3), (7., 255), (float('nan'), -1)])
def test_pixels_that_do_not_count_are_nothing(probability, target):
    logits, targets, valid = drawn(2)
    probabilities = logits.softmax(1)
    loss = lovasz_softmax(probabilities, targets, valid)
    changed = probabilities.masked_fill(~valid[:, None], probability).requires_grad_()
    other = lovasz_softmax(changed, targets.masked_fill(~valid, target), valid)
    assert torch.equal(other, loss)
    other.sum().backward()
    assert (changed.grad.transpose(1, 2)[~valid] == 0).all()
    assert (changed.grad.transpose(1, 2)[valid] != 0).any()
    # The same without them.
    alone = [lovasz_softmax(image[None, :, counts], labels[None, counts], counts[None, counts])
             for image, labels, counts in zip(probabilities, targets, valid, strict=True)]
    torch.testing.assert_close(torch.cat(alone), loss)


def test_gradient():
    logits, targets, valid = drawn(3, pixels=9)
    assert torch.autograd.gradcheck(lambda values: lovasz_softmax(values.softmax(1), targets, valid),
                                    logits.requires_grad_())


def test_weights_of_a_large_image_keep_their_digits():
    inside = torch.rand(2, 200_000, generator=torch.Generator().manual_seed(0)) < torch.tensor([[.01], [.7]])
    weights = _growth(inside, torch.float32)
    torch.testing.assert_close(weights.double(), _growth(inside, torch.float64), rtol=1e-6, atol=0)
    # With every pixel wrong, 1 - IoU is one.
    assert weights.sum(1).tolist() == pytest.approx([1, 1], rel=1e-5)


def test_ties():
    _, targets, valid = drawn(4)
    probabilities = torch.full((3, 4, 30), .25, dtype=torch.float64, requires_grad=True)
    loss = lovasz_softmax(probabilities, targets, valid)
    torch.testing.assert_close(loss, expected(probabilities, targets, valid))
    order = torch.arange(29, -1, -1)
    torch.testing.assert_close(lovasz_softmax(probabilities, targets[:, order], valid[:, order]), loss)
    loss.sum().backward()
    assert torch.isfinite(probabilities.grad).all()


def test_one_class():
    # An image of one class alone: each pixel's error over their number.
    probabilities = torch.tensor([[[.5, .9, .2], [.5, .1, .8]]])
    valid = torch.ones(1, 3, dtype=torch.bool)
    loss = lovasz_softmax(probabilities, torch.zeros(1, 3, dtype=torch.long), valid)
    assert loss.tolist() == [pytest.approx((.5 + .1 + .8) / 3)]
    only = lovasz_softmax(torch.ones(1, 1, 3), torch.zeros(1, 3, dtype=torch.long), valid)
    assert only.tolist() == [0]


def test_an_image_without_valid_pixels_costs_nothing():
    logits, targets, valid = drawn(5)
    probabilities = logits.softmax(1).requires_grad_()
    whole = lovasz_softmax(probabilities, targets, valid)
    valid[1] = False
    loss = lovasz_softmax(probabilities, targets, valid)
    assert loss[1] == 0
    assert torch.equal(loss[::2], whole[::2])
    loss.sum().backward()
    assert not probabilities.grad[1].any()
    assert probabilities.grad[0].any()


@pytest.mark.parametrize('shape', [(0, 4, 5), (2, 4, 0), (2, 4, 5)])
def test_empty(shape):
    logits = torch.zeros(shape, requires_grad=True)
    valid = torch.zeros(shape[0], shape[2], dtype=torch.bool)
    loss = LovaszSoftmax()(logits, torch.zeros(valid.shape, dtype=torch.long), valid)
    loss.backward()
    assert loss.item() == 0
    assert not logits.grad.any()


def test_the_module_takes_logits():
    logits, targets, valid = drawn(6)
    weighted = MODELS.build(dict(type='LovaszSoftmax', loss_weight=3.0))
    by_hand = 3 * lovasz_softmax(logits.softmax(1), targets, valid).mean()
    assert weighted(logits, targets, valid).item() == pytest.approx(by_hand.item(), rel=1e-5)
    coarse = weighted(logits.half(), targets, valid)
    assert coarse.dtype == torch.float32
    assert coarse.item() == pytest.approx(weighted(logits.half().float(), targets, valid).item())
