"""Leaky ResNets are mmdet's with other activations."""

import pytest
import torch
from mmdet.models.backbones import ResNet
from torch import nn

from mmvist.models.abn import ABNResNet
from tests.models.builders import random_norms

DEPTHS = pytest.mark.parametrize('depth', [18, 50])


def leaky_of_mmdet(depth, state, **options):
    """mmdet's, whose activations are all called `relu`."""
    model = ResNet(depth, base_channels=8, norm_eval=False, **options)
    for part in list(model.modules()):
        if hasattr(part, 'relu'):
            part.relu = nn.LeakyReLU(.01)
    model.load_state_dict(state)
    return model


def switched(model, training):
    # mmdet's `train` returns nothing.
    model.train(training)
    return model


def images(seed=0):
    return torch.randn(2, 3, 32, 64, generator=torch.Generator().manual_seed(seed))


def resnet(depth, **options):
    torch.manual_seed(0)
    return random_norms(ABNResNet(depth, base_channels=8, **options))


@DEPTHS
@pytest.mark.parametrize('training', [True, False])
def test_outputs_and_gradients_are_those_of_mmdets_with_other_activations(depth, training):
    model = switched(resnet(depth), training)
    other = switched(leaky_of_mmdet(depth, model.state_dict()), training)
    maps, expected = model(images()), other(images())
    assert len(maps) == 4
    for level, wanted in zip(maps, expected, strict=True):
        torch.testing.assert_close(level, wanted)
        assert (level < 0).any()
    for levels in (maps, expected):
        sum(level.square().mean() for level in levels).backward()
    wanted = dict(other.named_parameters())
    for name, weight in model.named_parameters():
        torch.testing.assert_close(weight.grad, wanted[name].grad, rtol=1e-4, atol=1e-5, msg=name)
    for (name, values), wanted in zip(model.named_buffers(), other.buffers(), strict=True):
        torch.testing.assert_close(values, wanted, msg=name)


@pytest.mark.parametrize('depth', [18, 34, 50, 101, 152])
def test_weights_have_the_names_that_mmdets_have(depth):
    shapes = {name: values.shape for name, values in ABNResNet(depth, base_channels=8).state_dict().items()}
    assert shapes == {name: values.shape for name, values in ResNet(depth, base_channels=8).state_dict().items()}


@DEPTHS
def test_convolutions_are_drawn_as_mmdets_are(depth):
    states = []
    for build in (ABNResNet, ResNet):
        torch.manual_seed(0)
        model = build(depth, base_channels=8)
        model.init_weights()
        states.append([part.weight for part in model.modules() if isinstance(part, nn.Conv2d)])
    assert len(states[0]) == len(states[1]) > depth - 2
    assert all(torch.equal(*weights) for weights in zip(*states, strict=True))


@DEPTHS
@pytest.mark.parametrize('training', [True, False])
def test_activations_that_are_computed_again_are_the_same(depth, training):
    kept = switched(resnet(depth), training)
    again = switched(resnet(depth, with_cp=True), training)
    again.load_state_dict(kept.state_dict())
    gradients = []
    for model in (kept, again):
        inputs = images().requires_grad_()
        maps = model(inputs)
        sum(level.square().mean() for level in maps).backward()
        gradients.append([inputs.grad, *maps, *(weight.grad for weight in model.parameters())])
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second)


@pytest.mark.parametrize(('frozen_stages', 'trained'), [
    (-1, {'conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'layer4'}), (0, {'layer1', 'layer2', 'layer3', 'layer4'}),
    (1, {'layer2', 'layer3', 'layer4'}), (4, set())])
def test_frozen_stages(frozen_stages, trained):
    model = switched(resnet(18, frozen_stages=frozen_stages), True)
    before = {name: values.clone() for name, values in model.named_buffers()}
    model(images())
    assert {name.split('.')[0] for name, weight in model.named_parameters() if weight.requires_grad} == trained
    moved = {name.split('.')[0] for name, values in model.named_buffers() if not torch.equal(values, before[name])}
    assert moved == trained - {'conv1'}
