"""RGNNVIS's tracker: a recurrent graph network that associates, scores and segments."""

from mmvist.models.graph_tracker.appearance import (
    BakedAppearance,
    GaussianAppearance,
    LatestAppearance,
    LSTMAppearance,
    NoAppearance,
)
from mmvist.models.graph_tracker.association import EdgeAssociation, MaskTrackAssociation
from mmvist.models.graph_tracker.graph import GraphNetwork, LimitedGraph
from mmvist.models.graph_tracker.recurrence import LSTMGates, NoGate, SimpleGate
from mmvist.models.graph_tracker.scoring import AverageScoring, LearnedScoring, VoteScoring
from mmvist.models.graph_tracker.tracker import GraphState, GraphTracker

__all__ = ['AverageScoring', 'BakedAppearance', 'EdgeAssociation', 'GaussianAppearance', 'GraphNetwork', 'GraphState',
           'GraphTracker', 'LSTMAppearance', 'LSTMGates', 'LatestAppearance', 'LearnedScoring', 'LimitedGraph',
           'MaskTrackAssociation', 'NoAppearance', 'NoGate', 'SimpleGate', 'VoteScoring']
