"""Masks of tracks: one convolution over all channels, though most of them are never spread over the map."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.graph_tracker.mask_readout import MaskReadout
from tests.models.graph_tracker.builders import CHANNELS, found_of, random, tracker, unroll


def build(channels=CHANNELS, hidden=5):
    torch.manual_seed(0)
    readout = MaskReadout(channels, hidden)
    for part in (readout.say[0], readout.join, readout.last):
        part.bias.data.uniform_(.2, .6)
    return readout


def dense(readout, mask, inside, embed):
    """Two convolutions of mask, box, and what the embedding says, everywhere the same; zero outside of the map."""
    said = (readout.say[0].weight @ embed + readout.say[0].bias).clamp(min=0)
    channels = torch.cat([torch.stack([mask, inside]), said[:, None, None].expand(-1, *mask.shape)])
    return readout.last(readout.join(channels[None]).clamp(min=0))[0, 0]


@pytest.mark.parametrize('size', [(6, 9), (1, 1), (1, 2), (2, 1), (2, 2), (2, 5)])
def test_is_one_convolution_over_all_channels(size):
    # Two videos; a detection that two tracks have, one that none has, and tracks that have none.
    readout = build()
    masks, inside = 3 * random(2, 4, *size), (random(2, 4, *size, seed=1) > 0).float()
    embeds, choice = random(2, 3, CHANNELS, seed=2), torch.tensor([[1, -1, 1], [-1, 0, 3]])
    shown = readout(masks, inside, choice, embeds)
    pairs = [(video, m, n) for video in range(2) for m, n in enumerate(choice[video].tolist()) if n >= 0]
    assert shown.shape == (4, *size)
    for logits, (video, m, n) in zip(shown, pairs, strict=True):
        torch.testing.assert_close(logits, dense(readout, masks[video, n], inside[video, n], embeds[video, m]))
    assert not torch.allclose(shown[0], shown[1])


def test_gradients_are_those_of_the_convolution():
    readout, masks, embeds = build(), random(1, 1, 4, 5).requires_grad_(), random(1, 1, CHANNELS).requires_grad_()
    inside, weights = torch.ones(1, 1, 4, 5), random(4, 5, seed=3)
    inputs = [masks, embeds, *readout.parameters()]
    mine = torch.autograd.grad((weights * readout(masks, inside, torch.tensor([[0]]), embeds)[0]).sum(), inputs)
    theirs = torch.autograd.grad((weights * dense(readout, masks[0, 0], inside[0, 0], embeds[0, 0])).sum(), inputs)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other)
        assert (one != 0).any()


@pytest.mark.parametrize(('tracks', 'count'), [(0, 2), (2, 0), (0, 0), (2, 2)])
def test_nothing_is_shown(tracks, count):
    readout = build()
    masks, choice = random(1, count, 4, 5), torch.full((1, tracks), -1)
    shown = readout(masks, masks, choice, random(1, tracks, CHANNELS))
    assert shown.shape == (0, 4, 5)
    shown.sum().backward()


def test_sizes_of_the_paper():
    # 18 channels: the mask, its box, and 16 that the embedding says.
    sizes = {name: tuple(weight.shape) for name, weight in MaskReadout(128).named_parameters()}
    assert sizes == {'say.0.weight': (16, 128), 'say.0.bias': (16,), 'join.weight': (16, 18, 3, 3),
                     'join.bias': (16,), 'last.weight': (1, 16, 3, 3), 'last.bias': (1,)}


@torch.no_grad()
def test_tracks_without_a_detection_lie_far_below_the_background():
    model = tracker(association=dict(init_threshold=-9., match_threshold=-2.2), max_tracks=4)
    batches = [found_of(3, 1), found_of(2, 2, seed=1), found_of(0, 1, seed=2)]
    hidden = 0
    for found, step in zip(batches, unroll(model, batches), strict=True):
        masks = model.track_masks(found, step)
        assert masks.shape == (*step.choice.shape, 8, 12)
        assert torch.equal(masks[step.choice >= 0], model.masks(found.masks, found.inside, step.choice,
                                                                step.slots.embeds))
        assert (masks[step.choice < 0] == -20).all()
        hidden += (step.choice < 0).sum()
        for video, m in (step.choice >= 0).nonzero().tolist():
            n = step.choice[video, m]
            torch.testing.assert_close(masks[video, m], dense(model.masks, found.masks[video, n],
                                                              found.inside[video, n], step.slots.embeds[video, m]))
    assert hidden > 3


def test_padding_is_zero_and_not_what_the_embedding_says():
    # A kernel that adds up its 3x3 surroundings, and an embedding that says one: corners see four cells, sides six.
    readout = MaskReadout(1, 1)
    for part in (*readout.parameters(),):
        part.data.zero_()
    readout.say[0].bias.data.fill_(1)
    readout.join.weight.data[:, 2:] = 1
    readout.last.weight.data[0, 0, 1, 1] = 1
    shown = readout(torch.zeros(1, 1, 3, 4), torch.zeros(1, 1, 3, 4), torch.tensor([[0]]), torch.zeros(1, 1, 1))
    expected = F.conv2d(torch.ones(1, 1, 3, 4), torch.ones(1, 1, 3, 3), padding=1)[0]
    assert shown.tolist() == expected.tolist() == [[[4., 6., 6., 4.], [6., 9., 9., 6.], [4., 6., 6., 4.]]]
