"""Propagators: how tracks reach the present frame."""

from mmvist.tracking.propagators.base import Propagator, Still
from mmvist.tracking.propagators.flow_warp import FlowWarp
from mmvist.tracking.propagators.kalman import AreaKalmanFilter, KalmanFilter
from mmvist.tracking.propagators.observation_centric import ObservationCentricFilter

__all__ = ['AreaKalmanFilter', 'FlowWarp', 'KalmanFilter', 'ObservationCentricFilter', 'Propagator', 'Still']
