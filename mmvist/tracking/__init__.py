"""Association: how the detections of a frame become instances with ids.

`AssociationTracker` composes cues, gates, an assigner and a memory; almost every published tracker is a choice of them.
"""

from mmvist.tracking.assigners import Greedy, Hungarian
from mmvist.tracking.cues import AppearanceSoftmax, BoxIoU, SameClass, Score
from mmvist.tracking.gates import MinBoxIoU, SameClassOnly
from mmvist.tracking.memory import LatestMemory
from mmvist.tracking.records import TrackRecords
from mmvist.tracking.stage import Stage
from mmvist.tracking.tracker import AssociationTracker, TrackerState

__all__ = ['AppearanceSoftmax', 'AssociationTracker', 'BoxIoU', 'Greedy', 'Hungarian', 'LatestMemory', 'MinBoxIoU',
           'SameClass', 'SameClassOnly', 'Score', 'Stage', 'TrackRecords', 'TrackerState']
