"""Softmax over cosines."""

import math

import pytest
import torch

from mmvist.models.losses import CosineSoftmax, cosine_softmax


def test_by_hand():
    # Directions count, not lengths: cosines 0.6 and 0.8 for the first, 1 and 0 for the second.
    centres = torch.tensor([[5., 0.], [0., .1]])
    loss = cosine_softmax(torch.tensor([[.6, .8], [1., 0.]]), centres, torch.tensor(2.), torch.tensor([1, 0]))
    first = -math.log(math.exp(1.6) / (math.exp(1.2) + math.exp(1.6)))
    second = -math.log(math.exp(2.) / (math.exp(2.) + 1))
    assert loss.item() == pytest.approx((first + second) / 2, rel=1e-6)


def test_a_larger_scale_is_surer():
    embeds, centres, target = torch.tensor([[.6, .8]]), torch.eye(2), torch.tensor([1])
    losses = [cosine_softmax(embeds, centres, torch.tensor(scale), target).item() for scale in (0., 1., 8., 64.)]
    assert losses[0] == pytest.approx(math.log(2))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 1e-5


def test_the_module_starts_with_its_scale_and_learns_everything():
    torch.manual_seed(0)
    module = CosineSoftmax(5, 3, scale=7.)
    embeds = torch.nn.functional.normalize(torch.randn(4, 3))
    targets = torch.tensor([0, 4, 4, 2])
    loss = module(embeds, targets)
    assert loss.item() == pytest.approx(cosine_softmax(embeds, module.centres, torch.tensor(7.), targets).item())
    loss.backward()
    assert all(weight.grad.abs().sum() > 0 for weight in module.parameters())
    assert len(list(module.parameters())) == 2


def test_the_scale_stays_positive():
    module = CosineSoftmax(2, 2, scale=.01)
    optimizer = torch.optim.SGD(module.parameters(), lr=1.)
    # Always wrong: the smaller the scale, the better.
    for _ in range(20):
        optimizer.zero_grad()
        module(-module.centres.detach(), torch.tensor([0, 1])).backward()
        optimizer.step()
    assert 0 < module.log_scale.exp().item() < .01
