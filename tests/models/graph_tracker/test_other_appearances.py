"""Appearances of the paper's Table 1: by LSTMs, the latest alone, baked into embeddings, none."""

import pytest
import torch
from torch import nn

from mmvist.models.graph_tracker import BakedAppearance, LatestAppearance, LSTMAppearance, NoAppearance
from mmvist.registry import MODELS
from tests.models.graph_tracker.builders import LOOKS, found_of, random

D = 8


def lstm():
    torch.manual_seed(0)
    return LSTMAppearance(LOOKS, D)


def hand_driven(memory, seen):
    """Mean and variance that two of PyTorch's LSTMs tell after what was seen, one after another."""
    states = [(torch.zeros(1, LOOKS),) * 2 for _ in range(2)]
    for values in seen:
        states = [cell(values[None], state) for cell, state in zip(memory.cells, states, strict=True)]
    raw = states[1][0] @ memory.spread.weight.T + memory.spread.bias
    return (states[0][0] @ memory.mean.weight.T + memory.mean.bias)[0], raw.exp().log1p()[0]


class TestLSTM:
    @torch.no_grad()
    def test_against_cells_driven_by_hand(self):
        # Slot 0 is seen in frames 0, 1 and 3; slot 1 in none but its first; slot 2 is taken over in frame 2.
        model, batches = lstm(), [found_of(3, seed=seed) for seed in range(4)]
        state = model.grow(model.start(batches[0]), 3)
        choices = [[0, 1, 2], [2, -1, 0], [-1, -1, 1], [1, -1, 0]]
        births = [[True] * 3, [False] * 3, [False, False, True], [False] * 3]
        for found, choice, born in zip(batches, choices, births, strict=True):
            state = model.update(state, found, torch.tensor([choice]), torch.tensor([born]), None, None)
        seen = [[(0, 0), (1, 2), (3, 1)], [(0, 1)], [(2, 1), (3, 0)]]
        means, variances = model.memory.read(state.tracks)
        for m, rows in enumerate(seen):
            mean, variance = hand_driven(model.memory, [batches[t].embeds[0, n] for t, n in rows])
            torch.testing.assert_close(means[0, m], mean)
            torch.testing.assert_close(variances[0, m], variance)
        # The empty track has seen the first frame before any other, and then every frame.
        scenes = [batches[0].scene[0, 0], *(found.scene[0, 0] for found in batches)]
        mean, variance = hand_driven(model.scene_memory, scenes)
        edges, empty_edges = model.edges(state, None, batches[0])
        density = torch.distributions.Normal(mean, variance.sqrt())
        expected = .01 * density.log_prob(batches[0].embeds[0]).sum(1) - 4
        torch.testing.assert_close(empty_edges[0, 0, :, 0], expected)
        density = torch.distributions.Normal(means[0, 0], variances[0, 0].sqrt())
        torch.testing.assert_close(edges[0, 0, :, 0], .01 * density.log_prob(batches[0].embeds[0]).sum(1) - 4)

    def test_starts_near_the_variance_of_the_others(self):
        model = lstm()
        _, variances = model.memory.read(model.memory.nothing(torch.zeros(1, 1, LOOKS)))
        assert variances.unique().tolist() == pytest.approx([9.115e-4], rel=1e-4)
        cells = [module for module in model.modules() if isinstance(module, nn.LSTMCell)]
        assert [(cell.input_size, cell.hidden_size) for cell in cells] == [(LOOKS, LOOKS)] * 4

    @pytest.mark.parametrize(('tracks', 'count'), [(0, 2), (2, 0), (0, 0)])
    def test_nothing(self, tracks, count):
        model, found = lstm(), found_of(count)
        state = model.grow(model.start(found), tracks)
        new = model.update(state, found, torch.full((1, tracks), -1), torch.zeros(1, tracks, dtype=torch.bool), None,
                           None)
        assert all(torch.equal(*pair) for pair in zip(new.tracks, state.tracks, strict=True))
        edges, empty_edges = model.edges(new, None, found)
        assert (edges.shape, empty_edges.shape) == ((1, tracks, count, 1), (1, 1, count, 1))


class TestLatest:
    def test_chances(self):
        # In video 0 the second slot is free, in video 1 the third; the first of its chances is that of a new track.
        model, found, state = LatestAppearance(LOOKS, D), found_of(2, 3), 5 * random(2, 3, LOOKS)
        used = torch.tensor([[True, False, True], [True, True, False]])
        edges, empty_edges = model.edges(state, used, found)
        logs = model.log_chances(state, used, found)
        assert (edges.shape, empty_edges.shape) == ((2, 3, 3, 1), (2, 1, 3, 1))
        for video in range(2):
            for n in range(3):
                weights = [1.] + [torch.dot(state[video, m], found.embeds[video, n]).exp().item() if used[video, m]
                                  else 0. for m in range(3)]
                expected = [weight / sum(weights) for weight in weights]
                here = [empty_edges[video, 0, n].item(), *edges[video, :, n, 0].tolist()]
                assert here == pytest.approx(expected)
                assert logs[video, :, n].exp().tolist() == pytest.approx(expected)

    def test_by_hand(self):
        # exp(log 3), exp(0), and 1 for a new track.
        found = found_of(1)._replace(embeds=torch.tensor([[[1., 0.]]]))
        state = torch.tensor([[[3., 7.], [1., -2.]]]).log().nan_to_num()
        assert state[0, :, 0].exp().tolist() == pytest.approx([3, 1])
        chances = LatestAppearance(2, D).log_chances(state, torch.ones(1, 2, dtype=torch.bool), found).exp()
        assert chances[0, :, 0].tolist() == pytest.approx([.2, .6, .2])

    def test_no_track(self):
        found = found_of(2)
        edges, empty_edges = LatestAppearance(LOOKS, D).edges(found.scene[:, :0], found.real[:, :0], found)
        assert edges.shape == (1, 0, 2, 1)
        assert empty_edges.flatten().tolist() == [1, 1]

    def test_a_track_looks_like_its_last_detection(self):
        model, found, state = LatestAppearance(LOOKS, D), found_of(2), random(1, 3, LOOKS)
        new = model.update(state, found, torch.tensor([[1, -1, 0]]), torch.tensor([[False, False, True]]), None, None)
        assert torch.equal(new, torch.stack([found.embeds[0, 1], state[0, 1], found.embeds[0, 0]])[None])
        assert torch.equal(model.grow(state, 1), torch.cat([state, torch.zeros(1, 1, LOOKS)], dim=1))
        assert model.start(found).shape == (1, 0, LOOKS)

    def test_free_slots_do_no_harm_to_gradients(self):
        model, found = LatestAppearance(LOOKS, D), found_of(2)
        state, embeds = random(1, 3, LOOKS).requires_grad_(), found.embeds.clone().requires_grad_()
        used = torch.tensor([[False, True, False]])
        edges, empty_edges = model.edges(state, used, found._replace(embeds=embeds))
        logs = model.log_chances(state, used, found._replace(embeds=embeds))
        (edges.square().sum() + empty_edges.sum() + logs[:, :1].sum()).backward()
        assert torch.isfinite(embeds.grad).all()
        assert (state.grad[~used] == 0).all()
        assert (state.grad[used] != 0).all()


def test_no_appearance():
    model, found = NoAppearance(LOOKS, D), found_of(2, 1)
    edges, empty_edges = model.edges(None, torch.ones(2, 3, dtype=torch.bool), found)
    assert (edges.shape, empty_edges.shape) == ((2, 3, 2, 0), (2, 1, 2, 1))
    assert (empty_edges == 0).all()
    assert model.describe(found).shape == (2, 2, 0)
    assert model.start(found) is model.grow(None, 2) is model.update(None, found, *[None] * 4) is None
    assert list(model.parameters()) == []


def test_baked_into_embeddings():
    model, found = BakedAppearance(LOOKS, D), found_of(2, 1)
    edges, empty_edges = model.edges(None, torch.ones(2, 3, dtype=torch.bool), found)
    assert (edges.shape, empty_edges.shape) == ((2, 3, 2, 0), (2, 1, 2, 0))
    assert torch.equal(model.describe(found), found.embeds)


@pytest.mark.parametrize(('kind', 'edges', 'empty_edges', 'detections'), [
    # 40 classes, 512 channels: 128 of a track, 45 of a detection; overlap, likelihood or chance.
    ('GaussianAppearance', 128 + 45 + 2, 128 + 45 + 1, 45 + 128),
    ('LSTMAppearance', 128 + 45 + 2, 128 + 45 + 1, 45 + 128),
    ('LatestAppearance', 128 + 45 + 2, 128 + 45 + 1, 45 + 128),
    ('NoAppearance', 128 + 45 + 1, 128 + 45 + 1, 45 + 128),
    ('BakedAppearance', 128 + 557 + 1, 128 + 557, 557 + 128)])
def test_channels_of_the_first_layers(kind, edges, empty_edges, detections):
    first = MODELS.build(dict(type='GraphTracker', num_classes=40, appearance=dict(type=kind))).graph.blocks[0]
    assert first.edges[0].whole.weight.shape == (128, edges)
    assert first.empty_edges[0].whole.weight.shape == (128, empty_edges)
    assert first.detections[0].weight.shape == (128, detections)
