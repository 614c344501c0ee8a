"""What a graph says does not depend on order, on what fills up a batch, or on its neighbours there."""

import pytest
import torch
import torch.nn.functional as F

from mmvist.models.graph_tracker.graph import Graph, GraphNetwork, LimitedGraph
from tests.models.graph_tracker.builders import random

SIZES = dict(track_channels=6, detection_channels=5, edge_channels=2, empty_edge_channels=1, hidden=4)
NETWORKS = {'two blocks': lambda: GraphNetwork(**SIZES), 'three': lambda: GraphNetwork(**SIZES, num_blocks=3),
            'one': lambda: GraphNetwork(**SIZES, num_blocks=1),
            'plain': lambda: GraphNetwork(**SIZES, residual=False),
            'ungated': lambda: GraphNetwork(**SIZES, gated=False), 'limited': lambda: LimitedGraph(**SIZES)}
every_network = pytest.mark.parametrize('name', NETWORKS)


def build(name):
    torch.manual_seed(0)
    return NETWORKS[name]()


def graph_of(tracks, found, videos=1, seed=0):
    return Graph(random(videos, tracks, 6, seed=seed), random(videos, found, 5, seed=seed + 1),
                 random(videos, 1, 6, seed=seed + 2), random(videos, tracks, found, 2, seed=seed + 3),
                 random(videos, 1, found, 1, seed=seed + 4))


def all_there(tracks, found, videos=1):
    return torch.ones(videos, tracks, dtype=torch.bool), torch.ones(videos, found, dtype=torch.bool)


def assert_same(first, second):
    for name, values in first._asdict().items():
        torch.testing.assert_close(values, getattr(second, name), rtol=1e-4, atol=1e-5,
                                   msg=lambda text, name=name: f'{name}: {text}')


@every_network
def test_order_of_detections(name):
    network, graph, order = build(name), graph_of(3, 4), torch.tensor([2, 0, 3, 1])
    said = network(graph, *all_there(3, 4))
    turned = network(graph._replace(detections=graph.detections[:, order], edges=graph.edges[:, :, order],
                                    empty_edges=graph.empty_edges[:, :, order]), *all_there(3, 4))
    assert_same(turned, said._replace(detections=said.detections[:, order], match=said.match[:, :, order],
                                      init=said.init[:, order]))
    assert not torch.allclose(turned.detections, said.detections)


@every_network
def test_order_of_tracks(name):
    network, graph, order = build(name), graph_of(3, 4), torch.tensor([2, 0, 1])
    said = network(graph, *all_there(3, 4))
    turned = network(graph._replace(tracks=graph.tracks[:, order], edges=graph.edges[:, order]), *all_there(3, 4))
    assert_same(turned, said._replace(tracks=said.tracks[:, order], match=said.match[:, order]))
    assert not torch.allclose(turned.tracks, said.tracks)


def padded(graph, tracks, found, seed=50):
    """A graph with more tracks and detections, which are not there but hold values."""
    full = graph_of(tracks, found, len(graph.tracks), seed)
    m, n = graph.edges.shape[1:3]
    full.tracks[:, :m], full.detections[:, :n] = graph.tracks, graph.detections
    full.edges[:, :m, :n], full.empty_edges[:, :, :n] = graph.edges, graph.empty_edges
    return full._replace(empty=graph.empty)


def cut(said, tracks, found):
    """What is said of the first ones."""
    return said._replace(tracks=said.tracks[:, :tracks], detections=said.detections[:, :found],
                         match=said.match[:, :tracks, :found], init=said.init[:, :found])


@every_network
@pytest.mark.parametrize(('tracks', 'found'), [(2, 3), (0, 3), (2, 0), (0, 0), (1, 1)])
def test_what_is_not_there_is_not_heard(name, tracks, found):
    network, graph = build(name), graph_of(tracks, found)
    dense = network(graph, *all_there(tracks, found))
    assert dense.match.shape == (1, tracks, found)
    assert dense.init.shape == (1, found)
    masks = torch.arange(24)[None] < tracks, torch.arange(16)[None] < found
    said = network(padded(graph, 24, 16), *masks)
    assert_same(cut(said, tracks, found), dense)
    assert all(torch.isfinite(values).all() for values in said)


@every_network
def test_slots_that_are_free_in_between(name):
    # The places that are used, among others, and their order there do not matter.
    network, graph = build(name), graph_of(2, 2)
    some = graph_of(5, 4, seed=50)
    rows, columns = torch.tensor([3, 1]), torch.tensor([0, 2])
    some.tracks[:, rows], some.detections[:, columns] = graph.tracks, graph.detections
    some.empty[:] = graph.empty
    some.edges[:, rows[:, None], columns], some.empty_edges[:, :, columns] = graph.edges, graph.empty_edges
    said = network(some, torch.isin(torch.arange(5), rows)[None], torch.isin(torch.arange(4), columns)[None])
    assert_same(said._replace(tracks=said.tracks[:, rows], detections=said.detections[:, columns],
                              match=said.match[:, rows[:, None], columns], init=said.init[:, columns]),
                network(graph, *all_there(2, 2)))


@every_network
def test_videos_side_by_side(name):
    network, small, large = build(name), graph_of(1, 3), graph_of(4, 2, seed=9)
    both = Graph(*(torch.cat(pair) for pair in zip(padded(small, 4, 3), padded(large, 4, 3), strict=True)))
    said = network(both, torch.arange(4) < torch.tensor([[1], [4]]), torch.arange(3) < torch.tensor([[3], [2]]))
    for row, (graph, size) in enumerate([(small, (1, 3)), (large, (4, 2))]):
        here = type(said)(*(values[row:row + 1] for values in said))
        assert_same(cut(here, *size), network(graph, *all_there(*size)))


class TestMessages:
    @pytest.mark.parametrize(('blocks', 'heard'), [(1, False), (2, True)])
    def test_two_blocks_reach_from_track_to_track(self, blocks, heard):
        # A path between two tracks leads over a detection.
        torch.manual_seed(0)
        network, graph = GraphNetwork(**SIZES, num_blocks=blocks), graph_of(3, 4)
        said = network(graph, *all_there(3, 4))
        tracks = graph.tracks.clone()
        tracks[:, 0] += 1
        other = network(graph._replace(tracks=tracks), *all_there(3, 4))
        assert torch.equal(said.tracks[:, 1:], other.tracks[:, 1:]) != heard
        assert not torch.equal(said.detections, other.detections)

    def test_heads_read_the_last_edges(self):
        network, graph = build('two blocks'), graph_of(2, 3)
        there, found = torch.ones(1, 2, 3, 1), torch.ones(1, 1, 3, 1)
        last = graph
        for block in network.blocks:
            last = block(last, there, found)
        said = network(graph, *all_there(2, 3))
        for name in ('tracks', 'detections', 'empty'):
            torch.testing.assert_close(getattr(said, name), getattr(last, name))
        for values, head, edges in ((said.match[0], network.match, last.edges[0]),
                                    (said.init, network.init, last.empty_edges[0])):
            torch.testing.assert_close(values, edges @ head.weight[0] + head.bias)


class TestLimitedGraph:
    def test_a_pair_is_judged_by_its_edge_alone(self):
        network, graph = build('limited'), graph_of(3, 4)
        edges = graph.edges[0]
        first, last = network.match[0], network.match[2]
        expected = F.linear(F.linear(edges, first.weight, first.bias).clamp(min=0), last.weight, last.bias)[..., 0]
        assert last.bias.tolist() == pytest.approx([-2.1])
        said = network(graph, *all_there(3, 4))
        torch.testing.assert_close(said.match[0], expected)
        torch.testing.assert_close(said.init[0], torch.stack([-max(column) for column in expected.T]))
        for name in ('tracks', 'detections', 'empty', 'empty_edges'):
            other = network(graph._replace(**{name: getattr(graph, name) + 1}), *all_there(3, 4))
            assert torch.equal(other.match, said.match)
            assert torch.equal(other.init, said.init)

    def test_births_learn_nothing(self):
        network, graph = build('limited'), graph_of(3, 4)
        said = network(graph, *all_there(3, 4))
        assert not said.init.requires_grad
        assert said.match.requires_grad

    def test_without_a_track_everything_is_born(self):
        network = build('limited')
        assert network(graph_of(0, 3), *all_there(0, 3)).init.tolist() == [[10., 10., 10.]]
        # Nor do tracks count that are not there, or that another video has.
        said = network(graph_of(2, 3, videos=2), torch.tensor([[False, False], [False, True]]), all_there(2, 3, 2)[1])
        assert said.init[0].tolist() == [10., 10., 10.]
        torch.testing.assert_close(said.init[1], -said.match[1, 1])

    def test_a_track_gathers_from_its_best_detection(self):
        network, graph = build('limited'), graph_of(3, 4)
        found = torch.tensor([[True, True, False, True]])
        said = network(graph, all_there(3, 4)[0], found)
        layer, chosen = network.update.whole, []
        for m in range(3):
            n = max((0, 1, 3), key=lambda n, m=m: said.match[0, m, n].item())
            chosen.append(n)
            joined = torch.cat([graph.tracks[0, m], graph.detections[0, n]])
            torch.testing.assert_close(said.tracks[0, m], (layer.weight @ joined + layer.bias).clamp(min=0))
        assert len(set(chosen)) > 1
        # What a track would be that a detection starts: one that had nothing before.
        joined = torch.cat([torch.zeros(1, 4, 6), graph.detections], dim=-1)
        torch.testing.assert_close(said.detections, F.linear(joined, layer.weight, layer.bias).clamp(min=0))
        assert torch.equal(said.empty, graph.empty)

    def test_without_a_detection(self):
        network, graph = build('limited'), graph_of(3, 0)
        layer, said = network.update.whole, network(graph, *all_there(3, 0))
        expected = F.linear(graph.tracks, layer.weight[:, :6], layer.bias).clamp(min=0)
        torch.testing.assert_close(said.tracks, expected)
        assert said.init.shape == (1, 0)
