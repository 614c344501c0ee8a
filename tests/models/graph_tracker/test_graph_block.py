"""A round of messages, against a loop over pairs (Eq. 1), and the sizes of the paper's."""

from collections import Counter

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.graph_tracker.graph import Graph, GraphBlock, GraphNetwork, ResidualBlock
from tests.models.graph_tracker.builders import random

D, FOUND, OWN, EMPTY = 6, 5, 2, 1


def graph_of(tracks, found, seed=0, sizes=(FOUND, OWN, EMPTY)):
    """Two graphs of random features."""
    return Graph(random(2, tracks, D, seed=seed), random(2, found, sizes[0], seed=seed + 1),
                 random(2, 1, D, seed=seed + 2), random(2, tracks, found, sizes[1], seed=seed + 3),
                 random(2, 1, found, sizes[2], seed=seed + 4))


def block_of(gated=True, deep=True, sizes=(FOUND, OWN, EMPTY)):
    torch.manual_seed(0)
    block = GraphBlock(D, *sizes, gated, 4, deep)
    for name, weight in block.named_parameters():
        if name.endswith('bias'):
            weight.data.uniform_(-.5, .5)
    return block


def dense(layers, value):
    """A stack of layers with their own weights, written out."""
    for layer in layers:
        if hasattr(layer, 'weight'):
            value = layer.weight @ value + layer.bias
        elif type(layer).__name__ == 'Sigmoid':
            value = 1 / (1 + (-value).exp())
        else:
            value = value.clamp(min=0)
    return value


def edge_by_hand(update, track, found, own):
    join, deepen = update
    edge = (join.whole.weight @ torch.cat([track, found, own]) + join.whole.bias).clamp(min=0)
    return (edge + dense(deepen.layers, edge)).clamp(min=0) if hasattr(deepen, 'layers') else edge


def by_loop(block, graph, tracks_mask, found_mask):
    """One graph: edges first, then nodes from the new edges that are there."""
    tracks, found, empty = graph.tracks, graph.detections, graph.empty[0]
    edges = torch.stack([torch.stack([edge_by_hand(block.edges, track, one, own)
                                      for one, own in zip(found, row, strict=True)])
                         for track, row in zip(tracks, graph.edges, strict=True)])
    empty_edges = torch.stack([edge_by_hand(block.empty_edges, empty, one, own)
                               for one, own in zip(found, graph.empty_edges[0], strict=True)])

    def message(gate, edge):
        return dense(gate, edge) * edge if block.gated else edge

    new_tracks, new_found = [], []
    for m, track in enumerate(tracks):
        heard = torch.zeros(D)
        for n in range(len(found)):
            if tracks_mask[m] and found_mask[n]:
                heard = heard + message(block.track_gate, edges[m, n])
        new_tracks.append(dense(block.tracks, torch.cat([track, heard])))
    for n, one in enumerate(found):
        heard = torch.zeros(D)
        for m in range(len(tracks)):
            if tracks_mask[m] and found_mask[n]:
                heard = heard + message(block.detection_gate, edges[m, n])
        if found_mask[n]:
            heard = heard + message(block.empty_detection_gate, empty_edges[n])
        new_found.append(dense(block.detections, torch.cat([one, heard])))
    heard = torch.zeros(D)
    for n in range(len(found)):
        if found_mask[n]:
            heard = heard + message(block.empty_gate, empty_edges[n])
    return Graph(torch.stack(new_tracks), torch.stack(new_found), dense(block.empty, torch.cat([empty, heard]))[None],
                 edges, empty_edges[None])


@pytest.mark.parametrize('gated', [True, False])
@pytest.mark.parametrize('deep', [True, False])
def test_a_round_is_that_of_the_loop(gated, deep):
    block, graph = block_of(gated, deep), graph_of(3, 4)
    tracks_mask = torch.tensor([[True, True, True], [False, True, True]])
    found_mask = torch.tensor([[True, True, False, True], [True, True, True, True]])
    there = (tracks_mask[:, :, None] & found_mask[:, None])[..., None].float()
    new = block(graph, there, found_mask[:, None, :, None].float())
    for row in range(2):
        one = by_loop(block, Graph(*(values[row] for values in graph)), tracks_mask[row], found_mask[row])
        for name, expected in one._asdict().items():
            torch.testing.assert_close(getattr(new, name)[row], expected, msg=lambda text, name=name: f'{name}: {text}')


def test_a_residual_block_exchanges_nothing():
    torch.manual_seed(0)
    block, graph = ResidualBlock(D, 4), graph_of(3, 4, sizes=(D, D, D))
    new = block(graph, None, None)
    for name, values in graph._asdict().items():
        layer = block.layers[name].layers
        expected = (values + F.linear(F.linear(values, layer[0].weight, layer[0].bias).clamp(min=0), layer[2].weight,
                                      layer[2].bias)).clamp(min=0)
        torch.testing.assert_close(getattr(new, name), expected)
    assert len({id(layer) for layer in block.layers.values()}) == 5


def sizes_of(module):
    """How many weights there are of each size."""
    return Counter(tuple(weight.shape) for name, weight in module.named_parameters() if name.endswith('weight'))


def test_sizes_of_the_paper():
    # 40 classes: 41 logits and 4 places; edges of likelihood and overlap, of the empty track the likelihood alone.
    network = GraphNetwork(track_channels=128, detection_channels=45, edge_channels=2, empty_edge_channels=1)
    first, one, second, two = network.blocks
    gates = Counter({(32, 128): 4, (128, 32): 4})
    deep = Counter({(32, 128): 2, (128, 32): 2})
    assert sizes_of(first) == gates + deep + Counter({(128, 175): 1, (128, 174): 1, (128, 256): 2, (128, 173): 1})
    assert first.edges[0].whole.weight.shape == (128, 175)
    assert first.empty_edges[0].whole.weight.shape == (128, 174)
    assert first.detections[0].weight.shape == (128, 173)
    assert sizes_of(second) == gates + Counter({(128, 384): 2, (128, 256): 3})
    assert sizes_of(one) == sizes_of(two) == Counter({(32, 128): 5, (128, 32): 5})
    gate = 128 * 32 + 32 + 32 * 128 + 128
    count = sum(128 * size + 128 for size in (175, 174, 256, 256, 173, 384, 384, 256, 256, 256)) + 20 * gate + 2 * 129
    assert sum(weight.numel() for weight in network.parameters()) == count
    for head in (network.match, network.init):
        assert head.weight.shape == (1, 128)
        assert head.bias.tolist() == pytest.approx([-2.1])
        assert head.weight.abs().max() <= (6 / 129) ** .5


def test_sizes_of_the_appendix():
    sizes = dict(track_channels=128, detection_channels=45, edge_channels=2, empty_edge_channels=1)
    # Two layers a node in place of gates; deep edges, and what every update starts with, stay.
    mlp = GraphNetwork(**sizes, gated=False)
    assert sizes_of(mlp.blocks[0]) == Counter({(128, 175): 1, (128, 174): 1, (128, 256): 2, (128, 173): 1,
                                               (128, 128): 3, (32, 128): 2, (128, 32): 2})
    assert sizes_of(mlp.blocks[2]) == Counter({(128, 384): 2, (128, 256): 3, (128, 128): 3})
    kinds = {count: [type(block).__name__ for block in GraphNetwork(**sizes, num_blocks=count).blocks]
             for count in (1, 3)}
    assert kinds == {1: ['GraphBlock', 'ResidualBlock'], 3: ['GraphBlock', 'ResidualBlock'] * 3}
    plain = GraphNetwork(**sizes, residual=False).blocks
    assert [type(block).__name__ for block in plain] == ['GraphBlock'] * 2
    assert sizes_of(plain[1]) == sizes_of(GraphNetwork(**sizes).blocks[2])
