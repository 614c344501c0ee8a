"""Association: how the detections of a frame become instances with ids.

`AssociationTracker` composes a propagator, cues, gates, assigners and a memory; almost every published tracker is a
choice of them.
"""

from mmvist.tracking.assigners import Greedy, Hungarian, InOrder
from mmvist.tracking.cues import (
    AppearanceSoftmax,
    BoxIoU,
    EmbeddingDistance,
    Gap,
    Heading,
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
    MinCover,
    MinCoverRatio,
    MinLead,
    MinMaskIoU,
    MinScore,
    SameClassOnly,
)
from mmvist.tracking.mask_prop_tracker import MaskPropState, MaskPropTracker
from mmvist.tracking.memory import GalleryMemory, LatestMemory, MomentumMemory
from mmvist.tracking.oracle_tracker import OracleTracker
from mmvist.tracking.propagators import AreaKalmanFilter, FlowWarp, KalmanFilter, ObservationCentricFilter, Still
from mmvist.tracking.records import TrackRecords
from mmvist.tracking.replay import needs_image, replay, replay_with_state
from mmvist.tracking.sequence_tracker import SequenceState, SequenceTracker
from mmvist.tracking.single_frame_tracker import SingleFrameTracker
from mmvist.tracking.stage import Stage
from mmvist.tracking.tracker import AssociationTracker, TrackerState

__all__ = ['AppearanceSoftmax', 'AreaKalmanFilter', 'AssociationTracker', 'BelowScore', 'BoxIoU', 'ChiSquare',
           'Confirmed', 'EmbeddingDistance', 'FlowWarp', 'GalleryMemory', 'Gap', 'Greedy', 'Heading', 'Hungarian',
           'InOrder', 'InheritedId', 'KalmanFilter', 'LatestMemory', 'Mahalanobis', 'MaskIoU', 'MaskPropState',
           'MaskPropTracker', 'MaxDistance', 'MaxGap', 'MinArea', 'MinBoxIoU', 'MinCover', 'MinCoverRatio', 'MinLead',
           'MinMaskIoU', 'MinScore', 'MomentumMemory', 'ObservationCentricFilter', 'OracleTracker', 'SameClass',
           'SameClassOnly', 'Score', 'SequenceState', 'SequenceTracker', 'SignedBoxIoU', 'SingleFrameTracker', 'Stage',
           'Still', 'TrackRecords', 'TrackerState', 'needs_image', 'replay', 'replay_with_state']
