"""The pyramid of YOLACT's authors: its levels, and what it adds to mmdet's."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.layers import RectifiedFPN

CHANNELS = [4, 6, 10]


def build(num_extra=2):
    torch.manual_seed(0)
    neck = RectifiedFPN(CHANNELS, 8, num_extra)
    neck.init_weights()
    for weight in neck.parameters():
        torch.nn.init.normal_(weight, std=.3)
    return neck


def maps(*sizes):
    generator = torch.Generator().manual_seed(0)
    return tuple(torch.randn(2, channels, *size, generator=generator)
                 for channels, size in zip(CHANNELS, sizes, strict=True))


@pytest.mark.parametrize(('sizes', 'extra'), [
    ([(16, 24), (8, 12), (4, 6)], [(2, 3), (1, 2)]),
    ([(69, 69), (35, 35), (18, 18)], [(9, 9), (5, 5)])])        # of 550 pixels
def test_sizes(sizes, extra):
    levels = build()(maps(*sizes))
    assert [tuple(level.shape) for level in levels] == [(2, 8, *size) for size in sizes + extra]
    assert len(build(0)(maps(*sizes))) == 3


def test_levels_of_the_backbone_are_rectified_and_those_beyond_are_not():
    levels = build()(maps((16, 24), (8, 12), (4, 6)))
    assert all(level.min() == 0 < level.max() for level in levels[:3])
    assert all(level.min() < 0 for level in levels[3:])


@torch.no_grad()
def test_by_hand():
    neck, given = build(), maps((7, 9), (4, 5), (2, 3))
    above, expected = None, []
    for lateral, conv, level in zip(reversed(neck.lateral_convs), reversed(neck.fpn_convs), reversed(given),
                                    strict=True):
        mixed = F.conv2d(level, lateral.conv.weight, lateral.conv.bias)
        if above is not None:
            mixed = mixed + F.interpolate(above, mixed.shape[-2:], mode='bilinear')
        above = mixed
        expected.insert(0, F.conv2d(mixed, conv.conv.weight, conv.conv.bias, padding=1).clamp(min=0))
    for conv in neck.extra_convs:
        expected.append(F.conv2d(expected[-1], conv.weight, conv.bias, stride=2, padding=1))
    torch.testing.assert_close(neck(given), tuple(expected))
