"""Message passing between tracks and detections (RGNNVIS, Johnander et al. 2021, 3.1)."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvist.models.graph_tracker.rows import best_of, pick
from mmvist.models.layers.mlp import Gate, Residual, SplitLinear, linear
from mmvist.registry import MODELS

# Chances of a match or a birth begin low: nearly all pairs are none.
FIRST_BIAS = -2.1


class Graph(NamedTuple):
    """Embeddings of the elements of B graphs, of M tracks and N detections each.

    Attributes:
        tracks: (B, M, D).
        detections: (B, N, D).
        empty: (B, 1, D), the empty track: what a detection of nothing known goes on from.
        edges: (B, M, N, D), between tracks and detections.
        empty_edges: (B, 1, N, D), between the empty track and detections.
    """

    tracks: Tensor
    detections: Tensor
    empty: Tensor
    edges: Tensor
    empty_edges: Tensor


class Reading(NamedTuple):
    """What a graph says.

    Attributes:
        tracks: (B, M, D), new embeddings.
        detections: (B, N, D), likewise: those of tracks that the detections start.
        empty: (B, 1, D).
        match: (B, M, N), logit of each pair to be the same object.
        init: (B, N), logit of each detection to be an object that no track has.
    """

    tracks: Tensor
    detections: Tensor
    empty: Tensor
    match: Tensor
    init: Tensor


@MODELS.register_module()
class GraphNetwork(nn.Module):
    """Graph blocks, in which everything hears of everything, and residual blocks, in turn.

    Args:
        track_channels: D, of the tracks' embeddings, and of all others after the first block.
        detection_channels: Of the detections' features.
        edge_channels: Of the edges' features.
        empty_edge_channels: Of those of the edges of the empty track.
        num_blocks: Graph blocks.
        residual: Let a residual block follow each of them.
        gated: Gate messages; without, messages pass as they are and nodes are updated by two layers (appendix).
        hidden: Channels inside of gates and residual blocks.
    """

    def __init__(self, track_channels: int, detection_channels: int, edge_channels: int, empty_edge_channels: int,
                 num_blocks: int = 2, residual: bool = True, gated: bool = True, hidden: int = 32) -> None:
        super().__init__()
        sizes = [(detection_channels, edge_channels, empty_edge_channels)] + [(track_channels,) * 3] * (num_blocks - 1)
        self.blocks = nn.ModuleList()
        for number, size in enumerate(sizes):
            self.blocks.append(GraphBlock(track_channels, *size, gated, hidden, deep_edges=number == 0))
            if residual:
                self.blocks.append(ResidualBlock(track_channels, hidden))
        self.match = linear(track_channels, 1, FIRST_BIAS)
        self.init = linear(track_channels, 1, FIRST_BIAS)

    def forward(self, graph: Graph, tracks_mask: Tensor, detections_mask: Tensor) -> Reading:
        """Pass messages.

        Args:
            graph: Features.
            tracks_mask: (B, M) bool, which tracks there are.
            detections_mask: (B, N) bool, which detections there are.
        """
        # (B, M, N, 1) and (B, 1, N, 1): nobody hears of what only fills up the batch.
        there = (tracks_mask[:, :, None] & detections_mask[:, None])[..., None].to(graph.tracks.dtype)
        found = detections_mask[:, None, :, None].to(graph.tracks.dtype)
        for block in self.blocks:
            graph = block(graph, there, found)
        return Reading(graph.tracks, graph.detections, graph.empty, self.match(graph.edges)[..., 0],
                       self.init(graph.empty_edges)[:, 0, :, 0])


class GraphBlock(nn.Module):
    """Edges hear of their two ends, and then tracks and detections of their edges (Eq. 1).

    The empty track and its edges are treated as other tracks, with weights of their own.

    Args:
        track_channels: D, see `GraphNetwork`.
        detection_channels: Of the detections that come in.
        edge_channels: Of the edges that come in.
        empty_edge_channels: Of those of the empty track.
        gated: See `GraphNetwork`.
        hidden: Channels inside of the gates.
        deep_edges: Let a residual layer follow the edges' update, as in the first block of the authors' code.
    """

    def __init__(self, track_channels: int, detection_channels: int, edge_channels: int, empty_edge_channels: int,
                 gated: bool, hidden: int, deep_edges: bool) -> None:
        super().__init__()
        channels = track_channels

        def edge_update(own: int) -> nn.ModuleList:
            return nn.ModuleList([SplitLinear((channels, detection_channels, own), channels),
                                  Residual(channels, hidden) if deep_edges else nn.Identity()])

        def node_update(own: int) -> nn.Sequential:
            layers = [linear(own + channels, channels), nn.ReLU()]
            return nn.Sequential(*layers) if gated else nn.Sequential(*layers, linear(channels, channels), nn.ReLU())

        def gate() -> nn.Module:
            return Gate(channels, hidden) if gated else nn.Identity()

        self.gated = gated
        self.edges, self.empty_edges = edge_update(edge_channels), edge_update(empty_edge_channels)
        self.tracks, self.empty = node_update(channels), node_update(channels)
        self.detections = node_update(detection_channels)
        # Which of an edge's channels pass to its track, its detection, and of the empty track's edges likewise.
        self.track_gate, self.detection_gate = gate(), gate()
        self.empty_gate, self.empty_detection_gate = gate(), gate()

    def forward(self, graph: Graph, there: Tensor, found: Tensor) -> Graph:
        """One round.

        Args:
            graph: Embeddings.
            there: (B, M, N, 1), 1 where both track and detection are.
            found: (B, 1, N, 1), 1 where the detection is.
        """
        ends = graph.detections[:, None]
        edges = self._update(self.edges, graph.tracks[:, :, None], ends, graph.edges)
        empty_edges = self._update(self.empty_edges, graph.empty[:, :, None], ends, graph.empty_edges)
        said, empty_said = edges * there, empty_edges * found
        heard = (self._pass(self.detection_gate, edges, said).sum(1)
                 + self._pass(self.empty_detection_gate, empty_edges, empty_said).sum(1))
        tracks = torch.cat([graph.tracks, self._pass(self.track_gate, edges, said).sum(2)], dim=-1)
        empty = torch.cat([graph.empty, self._pass(self.empty_gate, empty_edges, empty_said).sum(2)], dim=-1)
        return Graph(self.tracks(tracks), self.detections(torch.cat([graph.detections, heard], dim=-1)),
                     self.empty(empty), edges, empty_edges)

    @staticmethod
    def _update(update: nn.ModuleList, track: Tensor, detection: Tensor, own: Tensor) -> Tensor:
        join, deepen = update
        return deepen(join(track, detection, own).relu())

    def _pass(self, gate: nn.Module, edges: Tensor, said: Tensor) -> Tensor:
        """What passes a gate of what edges say, which is nothing where there is no edge."""
        return gate(edges) * said if self.gated else said


class ResidualBlock(nn.Module):
    """Every element for itself; nothing is exchanged.

    Args:
        channels: D.
        hidden: Channels in between.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({name: Residual(channels, hidden) for name in Graph._fields})

    def forward(self, graph: Graph, there: Tensor, found: Tensor) -> Graph:
        """See `GraphBlock.forward`."""
        return Graph(*(self.layers[name](values) for name, values in graph._asdict().items()))


@MODELS.register_module()
class LimitedGraph(nn.Module):
    """No messages: a pair is judged by itself, and a track gathers from its best detection alone (row "Limited GNN").

    Args:
        track_channels: D, of the tracks' embeddings.
        detection_channels: Of the detections' features.
        edge_channels: Of the edges' features.
        empty_edge_channels: Not used: births are what matches nothing.
        hidden: Channels of the layer that judges a pair.
    """

    # What starts a track where there is no other: surely a birth.
    NO_TRACK = 10.0

    def __init__(self, track_channels: int, detection_channels: int, edge_channels: int, empty_edge_channels: int,
                 hidden: int = 32) -> None:
        super().__init__()
        self.match = nn.Sequential(linear(edge_channels, hidden), nn.ReLU(), linear(hidden, 1, FIRST_BIAS))
        self.update = SplitLinear((track_channels, detection_channels), track_channels)

    def forward(self, graph: Graph, tracks_mask: Tensor, detections_mask: Tensor) -> Reading:
        """Judge pairs; see `GraphNetwork.forward`."""
        match = self.match(graph.edges)[..., 0]
        judged = match.detach().masked_fill(~tracks_mask[:, :, None], -torch.inf)
        best = F.pad(judged, (0, 0, 0, 1), value=-torch.inf).amax(1)
        init = torch.where(tracks_mask.any(1)[:, None], -best, self.NO_TRACK)
        chosen = best_of(match.detach(), detections_mask)
        return Reading(self.update(graph.tracks, pick(graph.detections, chosen)).relu(),
                       self.update(torch.zeros_like(graph.empty), graph.detections).relu(), graph.empty, match, init)
