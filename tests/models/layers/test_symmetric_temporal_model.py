"""Convolutions over time: what they start as, what they see, and that a streamed video gets the same features."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.layers import SeparableConv3d, SymmetricTemporalModel


def model(channels=4, num_layers=2):
    torch.manual_seed(0)
    built = SymmetricTemporalModel(channels, num_layers)
    for weight in built.parameters():
        torch.nn.init.normal_(weight, std=.4)
    return built.eval()


def video(length, channels=4):
    return torch.randn(length, channels, 3, 5, generator=torch.Generator().manual_seed(length))


def stream(temporal, maps, size):
    """Features of a video given `size` frames at a time, and how many came with each step, the end included."""
    state, parts = None, []
    for first in range(0, len(maps), size):
        state, ready = temporal.step(state, maps[first:first + size])
        parts.append(ready)
    parts.append(temporal.finish(state))
    return torch.cat(parts), [len(part) for part in parts]


def test_it_starts_as_the_identity_of_features_that_are_not_negative():
    maps = video(6)
    answer = SymmetricTemporalModel(4)(maps[None])[0]
    assert torch.equal(answer, maps.relu())
    assert not torch.equal(answer, maps)


@torch.no_grad()
def test_each_layer_sees_zeros_beyond_both_ends():
    temporal, maps = model(), video(5)
    expected = maps.transpose(0, 1)[None]
    for layer in temporal.layers:
        spread = F.conv3d(expected, layer.depthwise.weight, padding=1, groups=4)
        expected = torch.einsum('oc,ncthw->nothw', layer.pointwise.weight[:, :, 0, 0, 0], spread).clamp(min=0)
    torch.testing.assert_close(temporal(maps[None])[0], expected[0].transpose(0, 1))


@torch.no_grad()
def test_two_layers_see_two_frames_to_either_side():
    temporal, maps = model(), video(9)
    changed = maps.clone()
    changed[4] += 1
    differs = (temporal(changed[None]) != temporal(maps[None]))[0].flatten(1).any(dim=1)
    assert differs.tolist() == [False] * 2 + [True] * 5 + [False] * 2


@torch.no_grad()
def test_clips_of_a_batch_do_not_mix():
    temporal, first, second = model(), video(4), -video(4)
    torch.testing.assert_close(temporal(torch.stack([first, second])), torch.stack([temporal(first[None])[0],
                                                                                    temporal(second[None])[0]]))


@torch.no_grad()
@pytest.mark.parametrize('length', [1, 2, 3, 8])
@pytest.mark.parametrize('size', [1, 2, 3, 7, 8])
def test_a_streamed_video_gets_the_same_features(length, size):
    temporal, maps = model(), video(length)
    whole = temporal(maps[None])[0]
    assert whole.abs().sum() > 0
    answer, _ = stream(temporal, maps, size)
    torch.testing.assert_close(answer, whole, rtol=0, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize(('num_layers', 'size', 'counts'), [
    (2, 1, [0, 0, 1, 1, 1, 2]), (2, 3, [1, 2, 2]), (2, 5, [3, 2]), (1, 2, [1, 2, 1, 1])])
def test_a_layer_waits_for_one_frame(num_layers, size, counts):
    assert stream(model(num_layers=num_layers), video(5), size)[1] == counts


@torch.no_grad()
def test_without_layers_nothing_waits():
    state, answer = SymmetricTemporalModel(4, num_layers=0).step(None, video(3))
    assert state == ()
    assert torch.equal(answer, video(3))


@torch.no_grad()
def test_a_step_changes_nothing_it_was_given_and_keeps_two_frames_a_layer():
    temporal, maps = model(), video(6)
    state, _ = temporal.step(None, maps[:4])
    before = [part.clone() for part in state]
    first, again = temporal.step(state, maps[4:])[1], temporal.step(state, maps[4:])[1]
    assert torch.equal(first, again)
    assert all(torch.equal(*pair) for pair in zip(state, before, strict=True))
    assert [part.shape[1] for part in state] == [2, 2]
    assert all(part.untyped_storage().nbytes() == part.numel() * 4 for part in state)


def test_every_weight_gets_a_gradient():
    temporal = model()
    temporal(video(3)[None]).sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in temporal.parameters())


def test_a_layer_has_few_weights():
    # 27 for each channel, and channels times channels; no bias.
    assert sum(weight.numel() for weight in SeparableConv3d(16).parameters()) == 27 * 16 + 16 * 16
