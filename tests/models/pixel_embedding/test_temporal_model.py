"""The temporal model looks back, never ahead, and streams with the numbers of a whole window."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmvist.models.pixel_embedding import CausalTemporalModel
from tests.models.pixel_embedding.networks import count


def small(frames=(2, 1, 2), **options):
    torch.manual_seed(0)
    model = CausalTemporalModel(channels=6, hidden=4, frames=frames, **options).eval()
    with torch.no_grad():
        for part in model.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-.3, .3)
                part.running_var.uniform_(.5, 2)
                part.weight.uniform_(.5, 1.5)
                part.bias.uniform_(-.3, .3)
    return model


def test_as_many_weights_and_frames_as_in_the_paper():
    model = CausalTemporalModel()
    assert count(model) == 718_848
    assert model.receptive_field == 3
    assert sum(isinstance(part, nn.Conv2d) for part in model.modules()) == 36


@torch.no_grad()
def test_a_block_is_a_residual_bottleneck():
    """As three 3-D convolutions, the inner one padded with a frame of zeros in front."""
    block = small((2,)).blocks[0]
    maps = torch.randn(2, 3, 6, 4, 5)

    def layer(part, maps, frames=1):
        weight = part[0].weight.unflatten(1, (frames, -1)).transpose(1, 2)
        mixed = F.conv3d(maps, weight, padding=(0, weight.shape[3] // 2, weight.shape[4] // 2))
        norm = part[1]
        return F.leaky_relu(F.batch_norm(mixed, norm.running_mean, norm.running_var, norm.weight, norm.bias), .01)

    hidden = F.pad(layer(block.narrow, maps.transpose(1, 2)), (0, 0, 0, 0, 1, 0))
    wanted = maps + layer(block.widen, layer(block.mix, hidden, 2)).transpose(1, 2)
    assert torch.allclose(block(maps), wanted, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize('changed', range(6))
def test_what_a_frame_depends_on(changed):
    model = small()
    maps = torch.randn(1, 6, 6, 4, 5)
    others = maps.clone()
    others[:, changed] += 1
    differs = [not torch.equal(one, other) for one, other in zip(model(maps)[0], model(others)[0], strict=True)]
    assert differs == [changed <= t < changed + model.receptive_field for t in range(6)]


@torch.no_grad()
@pytest.mark.parametrize('chunks', [(1,) * 7, (7,), (2, 5), (3, 1, 3)])
def test_streaming_gives_the_numbers_of_the_window(chunks):
    model = small()
    maps = torch.randn(7, 6, 4, 5)
    state, parts = None, []
    for chunk in maps.split(chunks):
        before = None if state is None else [part.clone() for part in state]
        following, answer = model.step(state, chunk)
        assert before is None or all(map(torch.equal, before, state))
        state = following
        parts.append(answer)
    assert torch.allclose(torch.cat(parts), model(maps[None])[0], atol=1e-6)
    # A frame of the past for each block that looks back, and none for others.
    assert [part.shape[1] for part in state] == [1, 0, 1]
    assert all(part.untyped_storage().nbytes() == part.numel() * part.element_size() for part in state)


def test_dropout_leaves_out_whole_channels_of_a_clip():
    torch.manual_seed(0)
    model = small((1,), dropout=0.5).train()
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eval()
    maps = torch.zeros(2, 3, 6, 4, 5)
    left_out = (model(maps) == 0).all((1, 3, 4))
    assert left_out.any()
    assert not left_out.all()


def test_gradients_reach_the_first_frame():
    model = small()
    maps = torch.randn(1, 3, 6, 4, 5, requires_grad=True)
    model(maps)[0, 2].sum().backward()
    assert (maps.grad[0].flatten(1).abs().sum(1) > 0).all()
