"""Heads with activated batch norms, restated with plain functions."""

import pytest
import torch
import torch.nn.functional as F
from mmdet.models.dense_heads import RPNHead
from mmdet.models.roi_heads.bbox_heads.bbox_head import BBoxHead
from mmdet.models.roi_heads.mask_heads import FCNMaskHead
from torch import nn

from mmvist.models.abn import ABNBBoxHead, ABNMaskHead, ABNRPNHead
from mmvist.registry import MODELS
from tests.models.builders import random_norms, tiny_abn_detector

TRAINING = pytest.mark.parametrize('training', [True, False])


def built(config, training=True, **options):
    torch.manual_seed(0)
    return random_norms(MODELS.build({**config, **options})).train(training)


@pytest.fixture
def config():
    detector = tiny_abn_detector()
    return {'rpn': {**detector.rpn_head, 'train_cfg': detector.train_cfg.rpn, 'test_cfg': detector.test_cfg.rpn},
            'bbox': detector.roi_head.bbox_head, 'mask': detector.roi_head.mask_head}


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def activated(hidden, norm, training):
    """The batch norm and the leaky ReLU; statistics are left as they are."""
    statistics = (None, None) if training else (norm.running_mean, norm.running_var)
    return F.leaky_relu(F.batch_norm(hidden, *statistics, norm.weight, norm.bias, training), .01)


def norms(model):
    return [part for part in model.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)]


@TRAINING
def test_rpn(config, training):
    head, maps = built(config['rpn'], training), [draw(2, 16, 6, 9), draw(2, 16, 3, 5, seed=1)]
    scores, deltas = head(maps)
    (norm,) = norms(head)
    for level, score, delta in zip(maps, scores, deltas, strict=True):
        hidden = activated(F.conv2d(level, head.rpn_conv.conv.weight, padding=1), norm, training)
        torch.testing.assert_close(score, F.conv2d(hidden, head.rpn_cls.weight, head.rpn_cls.bias))
        torch.testing.assert_close(delta, F.conv2d(hidden, head.rpn_reg.weight, head.rpn_reg.bias))
    assert [level.shape for level in (*scores, *deltas)] == [(2, 3, 6, 9), (2, 3, 3, 5), (2, 12, 6, 9), (2, 12, 3, 5)]


@TRAINING
@pytest.mark.parametrize(('agnostic', 'deltas'), [(True, 4), (False, 12)])
def test_boxes(config, training, agnostic, deltas):
    head, regions = built(config['bbox'], training, reg_class_agnostic=agnostic), draw(5, 16, 14, 14)
    first, second = norms(head)
    # Two by two cells, then channel by channel.
    hidden = regions.view(5, 16, 7, 2, 7, 2).mean((3, 5)).flatten(1)
    hidden = activated(hidden @ head.fcs[0].weight.T, first, training)
    hidden = activated(hidden @ head.fcs[3].weight.T, second, training)
    scores, boxes = head(regions)
    torch.testing.assert_close(scores, F.linear(hidden, head.fc_cls.weight, head.fc_cls.bias), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(boxes, F.linear(hidden, head.fc_reg.weight, head.fc_reg.bias), rtol=1e-4, atol=1e-5)
    assert (scores.shape, boxes.shape) == ((5, 4), (5, deltas))


@TRAINING
def test_masks(config, training):
    head, regions = built(config['mask'], training), draw(3, 16, 14, 14)
    first, second, third = norms(head)
    hidden = regions
    for layer, norm in zip(head.convs, (first, second), strict=True):
        hidden = activated(F.conv2d(hidden, layer.conv.weight, padding=1), norm, training)
    hidden = F.conv_transpose2d(hidden, head.upsample[0].weight, head.upsample[0].bias, stride=2)
    hidden = activated(hidden, third, training)
    logits = head(regions)
    expected = F.conv2d(hidden, head.conv_logits.weight, head.conv_logits.bias)
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-5)
    assert logits.shape == (3, 3, 28, 28)


@pytest.mark.parametrize(('name', 'hidden'), [('rpn', 1), ('bbox', 2), ('mask', 3)])
def test_nothing_below_zero_is_cut_off(config, name, hidden):
    # Norms that take all to -3 pass on -0.03; were it rectified, the last layers would give their biases.
    head = built(config[name], training=False)
    for norm in norms(head):
        norm.weight.data.fill_(0)
        norm.bias.data.fill_(-3)
    seen = []
    for last in (getattr(head, layer) for layer in ('rpn_cls', 'rpn_reg', 'fc_cls', 'fc_reg', 'conv_logits')
                 if hasattr(head, layer)):
        last.register_forward_hook(lambda part, inputs, output: seen.append(inputs[0]))
    head([draw(1, 16, 4, 4)] if name == 'rpn' else draw(2, 16, 14, 14))
    assert len(norms(head)) == hidden
    assert seen
    for values in seen:
        torch.testing.assert_close(values, torch.full_like(values, -.03))


def test_no_region(config):
    scores, boxes = built(config['bbox'], training=False)(draw(0, 16, 14, 14))
    assert (scores.shape, boxes.shape) == ((0, 4), (0, 4))
    assert built(config['mask'], training=False)(draw(0, 16, 14, 14)).shape == (0, 3, 28, 28)


@pytest.mark.parametrize('name', ['rpn', 'bbox', 'mask'])
def test_every_weight_gets_a_gradient_and_inputs_stay(config, name):
    head = built(config[name])
    inputs = draw(4, 16, 14, 14).requires_grad_()
    before = inputs.detach().clone()
    outputs = head([inputs]) if name == 'rpn' else head(inputs)
    flat = [outputs] if torch.is_tensor(outputs) else [part[0] if name == 'rpn' else part for part in outputs]
    sum(part.square().sum() for part in flat).backward()
    assert torch.equal(inputs, before)
    assert (inputs.grad != 0).any()
    for label, weight in head.named_parameters():
        # What a norm follows needs no bias: this one's gradient is rounding.
        assert label == 'upsample.0.bias' or (weight.grad.abs() > 1e-7).any(), label


def test_initial_weights(config):
    rpn, boxes, masks = (MODELS.build(config[name]) for name in ('rpn', 'bbox', 'mask'))
    for head in (rpn, boxes, masks):
        head.init_weights()
        for norm in norms(head):
            assert norm.weight.eq(1).all()
            assert norm.bias.eq(0).all()
    # Whatever a norm follows is drawn as mmcv's `ConvModule` does: two over the cells of what comes out.
    for conv in (rpn.rpn_conv.conv, masks.convs[0].conv):
        assert conv.weight.std().item() == pytest.approx((2 / (16 * 9)) ** .5, rel=.1)
    assert masks.upsample[0].weight.std().item() == pytest.approx((2 / (16 * 4)) ** .5, rel=.1)
    assert rpn.rpn_cls.weight.std().item() == pytest.approx(.01, rel=.4)
    assert boxes.fc_cls.weight.std().item() == pytest.approx(.01, rel=.4)
    assert boxes.fc_reg.weight.std().item() == pytest.approx(.001, rel=.4)
    # Xavier: two over inputs and outputs.
    assert boxes.fcs[0].weight.std().item() == pytest.approx((2 / (16 * 49 + 32)) ** .5, rel=.1)


def test_they_stand_where_mmdets_do(config):
    for name, ours, theirs in (('rpn', ABNRPNHead, RPNHead), ('bbox', ABNBBoxHead, BBoxHead),
                               ('mask', ABNMaskHead, FCNMaskHead)):
        head = built(config[name])
        assert type(head) is ours
        assert isinstance(head, theirs)


@pytest.mark.parametrize('name', ['rpn', 'bbox', 'mask'])
def test_misspelt_arguments_are_errors(config, name):
    with pytest.raises(TypeError, match="unexpected keyword argument 'num_conv'"):
        MODELS.build({**config[name], 'num_conv': 1})
