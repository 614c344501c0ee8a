"""Activated batch norms in place, against those that they replace; most of it needs the package inplace_abn."""

import sys

import pytest
import torch
from torch import nn

from mmvist.models.abn import ABNResNet, use_in_place_abn
from mmvist.registry import MODELS
from tests.models.builders import batch, clip, random_norms, tiny_abn_detector, tiny_detector


def test_the_package_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, 'inplace_abn', None)
    with pytest.raises(ModuleNotFoundError, match='needs the package inplace_abn .* pip install inplace-abn'):
        MODELS.build(tiny_abn_detector(in_place_abn=True))


@pytest.fixture
def fused_norm():
    return pytest.importorskip('inplace_abn').InPlaceABNSync


def detectors(**backbone):
    """The same twice, the second one in place."""
    config = tiny_abn_detector()
    config.backbone.update(backbone)
    torch.manual_seed(0)
    plain = random_norms(MODELS.build(config))
    in_place = MODELS.build({**config, 'in_place_abn': True})
    # Counts of batches may be missing.
    unknown = in_place.load_state_dict(plain.state_dict(), strict=False)
    assert all(name.endswith('num_batches_tracked') for name in (*unknown.missing_keys, *unknown.unexpected_keys))
    return plain, in_place


def add_what_the_package_adds(plain, in_place, fused_norm):
    """The package has 1e-5 more for a weight, by which some numbers become positive."""
    with torch.no_grad():
        for name, part in in_place.named_modules():
            if isinstance(part, fused_norm):
                plain.get_submodule(name).weight += 1e-5


def outputs(detector, seed=0):
    """Of every part, from images and from regions."""
    generator = torch.Generator().manual_seed(seed)
    maps = detector.extract(torch.randn(2, 3, 64, 96, generator=generator, dtype=torch.float64))
    regions = torch.randn(4, 16, 14, 14, generator=generator, dtype=torch.float64)
    scores, deltas = detector.rpn_head(maps)
    boxes, masks = detector.roi_head.bbox_head(regions.clone()), detector.roi_head.mask_head(regions.clone())
    return [*maps, *scores, *deltas, *boxes, masks]


def close(first, second, told=None):
    # Gradients are sums in which much cancels.
    assert (first - second).norm() <= 1e-5 * first.norm() + 1e-9, told


def check_the_same(plain, in_place, answer):
    """Answers, gradients and statistics."""
    answers = [answer(model) for model in (plain, in_place)]
    for found in answers:
        sum(part.square().mean() for part in found).backward()
    for first, second in zip(*answers, strict=True):
        close(first, second)
    weights, buffers = dict(in_place.named_parameters()), dict(in_place.named_buffers())
    for name, weight in plain.named_parameters():
        close(weight.grad, weights[name].grad, name)
    for name, values in plain.named_buffers():
        if 'running' in name:
            close(values, buffers[name], name)


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('with_cp', [False, True])
def test_outputs_gradients_and_statistics_are_the_same(fused_norm, training, with_cp):
    plain, in_place = detectors(with_cp=with_cp)
    for model in (plain, in_place):
        model.double().train(training)
    add_what_the_package_adds(plain, in_place, fused_norm)
    check_the_same(plain, in_place, outputs)


def test_losses_are_the_same(fused_norm):
    losses = []
    for model in detectors():
        item = batch(clip([True, True]))
        model.train()
        torch.manual_seed(0)
        inputs = torch.stack(item['inputs']).float() / 50 - 1
        found = model.loss(inputs, item['data_samples']).losses
        losses.append({name: sum(value) if isinstance(value, list) else value for name, value in found.items()})
        sum(value for name, value in losses[-1].items() if 'loss' in name).backward()
    assert set(losses[0]) == set(losses[1])
    for name, value in losses[0].items():
        torch.testing.assert_close(value, losses[1][name], rtol=1e-3, atol=1e-4, msg=name)


def test_no_activated_norm_is_left_over(fused_norm):
    plain, in_place = detectors()

    def named(model, *kinds):
        return {name for name, part in model.named_modules() if isinstance(part, kinds)}

    # What is left is activated after a shortcut was added, or of regions, of which there may be none.
    assert all(name.startswith('roi_head') or (name.startswith('backbone.layer') and name.endswith('.relu'))
               for name in named(in_place, nn.LeakyReLU))
    norms = named(plain, nn.BatchNorm1d, nn.BatchNorm2d)
    # Before a shortcut is added nothing is activated.
    bare = {name for name in norms if name.endswith(('bn2', 'downsample.1')) or name.startswith('roi_head')}
    assert named(in_place, nn.BatchNorm1d, nn.BatchNorm2d) == bare
    assert named(in_place, fused_norm) == norms - bare
    assert {name for name in plain.state_dict() if 'num_batches' not in name} == {
        name for name in in_place.state_dict() if 'num_batches' not in name}


@pytest.mark.parametrize('depth', [18, 50])
def test_resnets_of_both_kinds_of_blocks(fused_norm, depth):
    torch.manual_seed(0)
    plain = random_norms(ABNResNet(depth, base_channels=8))
    in_place = ABNResNet(depth, base_channels=8)
    in_place.load_state_dict(plain.state_dict())
    use_in_place_abn(in_place)
    for model in (plain, in_place):
        model.double().train()
    add_what_the_package_adds(plain, in_place, fused_norm)
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    check_the_same(plain, in_place, lambda model: model(images))


@pytest.mark.parametrize('frozen_stages', [0, 1, 4])
def test_frozen_parts_stay_frozen(fused_norm, frozen_stages):
    frozen = 'conv1', 'bn1', *(f'layer{stage}' for stage in range(1, frozen_stages + 1))
    in_place = ABNResNet(18, base_channels=8, frozen_stages=frozen_stages)
    use_in_place_abn(in_place)
    in_place.train()
    before = {name: values.clone() for name, values in in_place.named_buffers() if 'running' in name}
    maps = in_place(torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    after = dict(in_place.named_buffers())
    for name, values in before.items():
        assert torch.equal(values, after[name]) == name.startswith(frozen), name
    for name, weight in in_place.named_parameters():
        assert weight.requires_grad != name.startswith(frozen), name
    assert maps[0].requires_grad == (frozen_stages < 1)


def test_a_frame_without_detections(fused_norm):
    _, in_place = detectors()
    in_place.eval()
    with torch.no_grad():
        assert in_place.roi_head.bbox_head(torch.zeros(0, 16, 14, 14))[0].shape == (0, 4)
        assert in_place.roi_head.mask_head(torch.zeros(0, 16, 14, 14)).shape == (0, 3, 28, 28)


def test_parts_without_activated_norms_are_refused(fused_norm):
    with pytest.raises(ValueError, match='in_place_abn finds no batch norm with a leaky ReLU'):
        MODELS.build({**tiny_detector(), 'in_place_abn': True})
