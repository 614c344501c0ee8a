"""Association: how the detections of a frame become instances with ids.

`AssociationTracker` composes a propagator, cues, gates, assigners and a memory; almost every published tracker is a choice
of them.
"""

from mmvist.tracking.assigners import Greedy, Hungarian, InOrder
from mmvist.tracking.cues import (
    AppearanceSoftmax,
    BoxIoU,
    EmbeddingDistance,
    Gap,
    InheritedId,
    Mahalanobis,
    MaskIoU,
    SameClass,
    Score,
    SignedBoxIoU,
)
from mmvist.tracking.gates import (
    BelowScore,
    ChiSquare,
    Confirmed,
    MaxDistance,
    MaxGap,
    MinArea,
    MinBoxIoU,
    MinMaskIoU,
    MinScore,
    SameClassOnly,
)
from mmvist.tracking.memory import GalleryMemory, LatestMemory, MomentumMemory
from mmvist.tracking.propagators import Still
from mmvist.tracking.records import TrackRecords
from mmvist.tracking.stage import Stage
from mmvist.tracking.tracker import AssociationTracker, TrackerState

__all__ = ['AppearanceSoftmax', 'AssociationTracker', 'BelowScore', 'BoxIoU', 'ChiSquare', 'Confirmed',
           'EmbeddingDistance', 'GalleryMemory', 'Gap', 'Greedy', 'Hungarian', 'InOrder', 'InheritedId', 'LatestMemory',
           'Mahalanobis', 'MaskIoU', 'MaxDistance', 'MaxGap', 'MinArea', 'MinBoxIoU', 'MinMaskIoU', 'MinScore',
           'MomentumMemory', 'SameClass', 'SameClassOnly', 'Score', 'SignedBoxIoU', 'Stage', 'Still', 'TrackRecords',
           'TrackerState']
