"""Gates of the recurrent connection: an LSTM's, a single one, none."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmvist.models.graph_tracker import LSTMGates, NoGate, SimpleGate
from tests.models.graph_tracker.builders import CHANNELS, found_of, random, tracker, unroll, with_biases

D = 5


def build(kind):
    torch.manual_seed(0)
    gates = kind(D)
    for name, weight in gates.named_parameters():
        if name.endswith('bias'):
            weight.data.uniform_(-1, 1)
    return gates


def as_lstm(gates):
    """PyTorch's LSTM with the same weights; its gates are input, forget, candidate, output."""
    cell = nn.LSTMCell(D, D)
    order = [1, 0, 3, 2]
    with torch.no_grad():
        for mine, layer in (('ih', gates.said), ('hh', gates.before)):
            getattr(cell, f'weight_{mine}').copy_(torch.cat([layer.weight.chunk(4)[gate] for gate in order]))
            getattr(cell, f'bias_{mine}').copy_(torch.cat([layer.bias.chunk(4)[gate] for gate in order]))
    return cell


@pytest.mark.parametrize('shape', [(1,), (0,), (2, 3), (2, 0), (2, 1)])
def test_gates_of_an_lstm(shape):
    # Order of gates: forget, input, output, candidate.
    gates = build(LSTMGates)
    said, embeds, cells = (random(*shape, D, seed=seed) for seed in range(3))
    new, kept = gates(said, embeds, cells)
    expected = as_lstm(gates)(said.reshape(-1, D), (embeds.reshape(-1, D), cells.reshape(-1, D)))
    torch.testing.assert_close(new, expected[0].view(new.shape))
    torch.testing.assert_close(kept, expected[1].view(new.shape))


def test_many_frames():
    gates = build(LSTMGates)
    cell, mine, theirs = as_lstm(gates), (torch.zeros(3, D),) * 2, (torch.zeros(3, D),) * 2
    for t in range(10):
        said = random(3, D, seed=t)
        mine, theirs = gates(said, *mine), cell(said, theirs)
    torch.testing.assert_close(mine, theirs)


def test_a_simple_gate():
    gates = build(SimpleGate)
    said, embeds, cells = (random(2, 3, D, seed=seed) for seed in range(3))
    new, kept = gates(said, embeds, cells)
    show, candidate = F.linear(said, gates.said.weight, gates.said.bias).split(D, dim=-1)
    torch.testing.assert_close(new, candidate.tanh() / (1 + (-show).exp()))
    assert gates.said.weight.shape == (2 * D, D)
    # Nothing of the past.
    assert torch.equal(gates(said, embeds + 1, cells + 1)[0], new)
    assert torch.equal(kept, cells)


def test_no_gate():
    said, embeds, cells = (random(2, 3, D, seed=seed) for seed in range(3))
    new, kept = NoGate(D)(said, embeds, cells)
    assert torch.equal(new, said)
    assert torch.equal(kept, cells)
    assert list(NoGate(D).parameters()) == []


def test_sizes_of_the_paper():
    layers = {name: tuple(weight.shape) for name, weight in LSTMGates(128).named_parameters()}
    assert layers == {'said.weight': (512, 128), 'said.bias': (512,), 'before.weight': (512, 128),
                      'before.bias': (512,)}


@pytest.mark.parametrize('kind', ['LSTMGates', 'SimpleGate', 'NoGate'])
@torch.no_grad()
def test_unused_slots_stay_zero(kind):
    # One video has fewer detections than the other, so that slots of it stay free.
    model = tracker(recurrence=dict(type=kind), association=dict(init_threshold=-9., match_threshold=-2.2))
    with_biases(model, .1, .3)
    steps = unroll(model, [found_of(3, 1, seed=seed) for seed in range(3)])
    slots = steps[-1].slots
    assert 0 < (~slots.used).sum() < slots.used.numel()
    for values in (slots.embeds, slots.cells):
        assert values.shape == (*slots.used.shape, CHANNELS)
        assert (values[~slots.used] == 0).all()
    assert (slots.embeds[slots.used] != 0).any()
    # The empty track's gates are its own.
    assert slots.empty.shape == (2, 1, CHANNELS)
    first, second = model.recurrence.state_dict(), model.empty_recurrence.state_dict()
    assert all(not torch.equal(value, second[name]) for name, value in first.items() if name.endswith('weight'))
