import math

import pytest
import torch

from mmvist.models.losses import balanced_bce
from mmvist.registry import MODELS


def by_loop(logits, targets):
    share = sum(targets) / len(targets)
    total = 0.0
    for logit, inside in zip(logits, targets, strict=True):
        probability = 1 / (1 + math.exp(-logit))
        total -= (1 - share) * math.log(probability) if inside else share * math.log(1 - probability)
    return total / len(targets)


@pytest.mark.parametrize(('logits', 'targets'), [
    ([2., -1., .5, 0., -3.], [True, True, False, False, False]),
    ([0., 0.], [True, False]),
])
def test_value(logits, targets):
    loss = balanced_bce(torch.tensor(logits), torch.tensor(targets))
    assert loss.item() == pytest.approx(by_loop(logits, targets))
    weighted = MODELS.build(dict(type='BalancedBCE', loss_weight=3.0))
    assert weighted(torch.tensor(logits), torch.tensor(targets)).item() == pytest.approx(3 * loss.item())


def test_both_classes_pull_alike():
    logits = torch.zeros(1, 10, 10, requires_grad=True)
    targets = torch.zeros(1, 10, 10, dtype=torch.bool)
    targets[0, 0, :4] = True
    balanced_bce(logits, targets).backward()
    assert logits.grad[targets].sum().item() == pytest.approx(-logits.grad[~targets].sum().item())


@pytest.mark.parametrize('targets', [torch.zeros(3, dtype=torch.bool), torch.ones(3, dtype=torch.bool)])
def test_one_class_weighs_nothing(targets):
    logits = torch.tensor([1., -2., 3.], requires_grad=True)
    loss = balanced_bce(logits, targets)
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.tolist() == [0, 0, 0]


def test_no_mask():
    logits = torch.zeros(0, 4, 4, requires_grad=True)
    balanced_bce(logits, torch.zeros(0, 4, 4, dtype=torch.bool)).backward()
    assert logits.grad.shape == (0, 4, 4)
