"""RGNNVIS's tracker: a recurrent graph network that associates, scores and segments."""

from mmvist.models.graph_tracker.appearance import BakedAppearance, LatestAppearance, NoAppearance
from mmvist.models.graph_tracker.association import EdgeAssociation, MaskTrackAssociation
from mmvist.models.graph_tracker.gaussian_appearance import GaussianAppearance
from mmvist.models.graph_tracker.graph import GraphNetwork, LimitedGraph
from mmvist.models.graph_tracker.lstm_appearance import LSTMAppearance
from mmvist.models.graph_tracker.recurrence import LSTMGates, NoGate, SimpleGate
from mmvist.models.graph_tracker.scoring import AverageScoring, LearnedScoring, VoteScoring
from mmvist.models.graph_tracker.tracker import GraphState, GraphTracker

__all__ = ['AverageScoring', 'BakedAppearance', 'EdgeAssociation', 'GaussianAppearance', 'GraphNetwork', 'GraphState',
           'GraphTracker', 'LSTMAppearance', 'LSTMGates', 'LatestAppearance', 'LearnedScoring', 'LimitedGraph',
           'MaskTrackAssociation', 'NoAppearance', 'NoGate', 'SimpleGate', 'VoteScoring']
