"""Appearance under masks that compete for pixels, cell by cell."""

import math

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.embedders import SoftMaskPoolEmbedder
from mmvist.structures import Video
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances
from mmvist.structures.map_masks import MapMasks
from mmvist.structures.masks import BoxMasks

CHANNELS = (3, 4)
BOXES = torch.tensor([[0., 4., 20., 28.], [10., 2., 40., 30.], [30., 10., 47., 31.]])


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(**options):
    torch.manual_seed(0)
    built = SoftMaskPoolEmbedder(CHANNELS, channels=5, hidden=4, **options)
    built.init_weights()
    for conv in built.convs:
        conv.bias.data.uniform_(-1, 1)
    return built


def frame_of(seed=0):
    """A frame of 32x48 pixels with maps at strides 4, 8 and 16, of which the last two are read."""
    maps = tuple(random(size, 32 // stride, 48 // stride, seed=seed + stride)
                 for size, stride in ((2, 4), (3, 8), (4, 16)))
    return Frame(Video(1, 'v', 32, 48, 1), 0, torch.zeros(3, 32, 48), 32, 48, (1., 1.), {'backbone': maps})


def found(count=3, seed=0):
    masks = MapMasks(5 * random(count, 8, 12, seed=seed), BOXES[:count], 4.)
    return Instances(bboxes=BOXES[:count], labels=torch.arange(count), masks=masks)


def pooled_by_hand(built, frame, detections, background=10., bonus=10.):
    """Embeddings before the last layer: every cell of a map is shared by the detections and the background."""
    masks, rows = detections.masks, [[] for _ in range(len(detections))]
    inside = torch.zeros_like(masks.logits)
    for number, (left, top, right, bottom) in enumerate(masks.bboxes.tolist()):
        for i in range(8):
            for j in range(12):
                x, y = 4 * j + 2, 4 * i + 2
                inside[number, i, j] = left <= x < right and top <= y < bottom
    logits = masks.logits + bonus * inside
    for conv, level in zip(built.convs, frame.features['backbone'][1:], strict=True):
        values = torch.einsum('oc,chw->ohw', conv.weight[:, :, 0, 0], level) + conv.bias[:, None, None]
        small = F.interpolate(logits[:, None], level.shape[1:], mode='bilinear', align_corners=False)[:, 0]
        sums, weights = [torch.zeros(5) for _ in rows], [0.] * len(rows)
        for i in range(level.shape[1]):
            for j in range(level.shape[2]):
                powers = [math.exp(value) for value in (background, *small[:, i, j].tolist())]
                for number, power in enumerate(powers[1:]):
                    share = power / sum(powers)
                    sums[number] += share * values[:, i, j]
                    weights[number] += share
        for row, total, weight in zip(rows, sums, weights, strict=True):
            row.append(total / (weight + 1e-4))
    return torch.stack([torch.cat(row) for row in rows])


@pytest.mark.parametrize('options', [{}, dict(background=3., bonus=6.)])
@pytest.mark.parametrize('count', [1, 2, 3])
def test_means_by_shares(count, options):
    built, frame, detections = build(**options), frame_of(), found(count)
    _, embedded = built(frame, detections)
    pooled = pooled_by_hand(built, frame, detections, **options)
    assert pooled.shape == (count, 10)
    layers = [layer for layer in built.deepen.layers if hasattr(layer, 'weight')]
    hidden = pooled
    for layer in layers[:-1]:
        hidden = F.linear(hidden, layer.weight, layer.bias).clamp(min=0)
    expected = (pooled + F.linear(hidden, layers[-1].weight, layers[-1].bias)).clamp(min=0)
    torch.testing.assert_close(embedded.embeds, expected, rtol=1e-4, atol=1e-5)
    assert (embedded.embeds > 0).any()
    assert embedded.masks is detections.masks


def test_the_frame_gets_the_mean_of_all():
    built, frame = build(), frame_of()
    told, _ = built(frame, found())
    appearance, = told.features['appearance']
    means = [F.linear(level.mean((1, 2)), conv.weight[:, :, 0, 0], conv.bias)
             for conv, level in zip(built.convs, frame.features['backbone'][1:], strict=True)]
    # Without the layer that follows.
    torch.testing.assert_close(appearance, torch.cat(means)[:, None, None])
    assert told.features['backbone'] is frame.features['backbone']
    assert 'appearance' not in frame.features


def test_a_sure_mask_is_the_mean_under_it():
    # Two detections that share the image: the left half of a coarse cell's columns, and the right half.
    built, frame = build(), frame_of()
    maps = torch.full((2, 8, 12), -100.)
    maps[0, :, :4], maps[1, :, 4:] = 100, 100
    _, embedded = built(frame, Instances(bboxes=BOXES[:2], masks=MapMasks(maps, BOXES[:2], 4.)))
    values = built.convs[1](frame.features['backbone'][2][None])[0]
    pooled = pooled_by_hand(built, frame, Instances(bboxes=BOXES[:2], masks=MapMasks(maps, BOXES[:2], 4.)))
    torch.testing.assert_close(pooled[0, 5:], values[:, :, :1].mean((1, 2)), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(pooled[1, 5:], values[:, :, 1:].mean((1, 2)), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(embedded.embeds, built.deepen(pooled), rtol=1e-4, atol=1e-5)


def test_a_mask_that_is_nowhere_is_nothing():
    # Its shares are far below the guard of the mean.
    built, some = build(), found(1)
    nowhere = some.replace(masks=MapMasks(torch.full((1, 8, 12), -200.), some.bboxes, 4.))
    torch.testing.assert_close(built(frame_of(), nowhere)[1].embeds, built.deepen(torch.zeros(1, 10)))


def test_no_detection():
    built = build()
    frame, embedded = built(frame_of(), found()[:0])
    assert embedded.embeds.shape == (0, 10)
    assert frame.features['appearance'][0].shape == (10, 1, 1)
    assert torch.isfinite(frame.features['appearance'][0]).all()


def test_order_of_detections():
    built, detections, order = build(), found(), torch.tensor([2, 0, 1])
    embeds = built(frame_of(), detections)[1].embeds
    torch.testing.assert_close(built(frame_of(), detections[order])[1].embeds, embeds[order])


def test_every_weight_learns():
    built = build()
    frame, embedded = built(frame_of(), found())
    (embedded.embeds.square().sum() + frame.features['appearance'][0].square().sum()).backward()
    assert [name for name, weight in built.named_parameters() if not (weight.grad != 0).any()] == []


def test_sizes_of_the_paper():
    sizes = {name: tuple(weight.shape) for name, weight in SoftMaskPoolEmbedder().named_parameters()
             if name.endswith('weight')}
    assert sizes == {'convs.0.weight': (256, 1024, 1, 1), 'convs.1.weight': (256, 2048, 1, 1),
                     'deepen.layers.0.weight': (128, 512), 'deepen.layers.2.weight': (128, 128),
                     'deepen.layers.4.weight': (512, 128)}


@pytest.mark.parametrize('lack', ['masks', 'kind', 'maps'])
def test_what_is_missing_is_told(lack):
    frame, some = frame_of(), found()
    if lack == 'masks':
        some = some.only(('bboxes', 'labels'))
    elif lack == 'kind':
        some = some.replace(masks=BoxMasks(torch.ones(3, 4, 4), BOXES))
    else:
        frame.features.clear()
    maps = 'nothing' if lack == 'maps' else 'backbone'
    with pytest.raises(ValueError, match='SoftMaskPoolEmbedder needs masks as .*logits of whole frames.* got bboxes, '
                                         f'labels.* and maps of {maps}'):
        build()(frame, some)
