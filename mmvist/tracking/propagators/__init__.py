"""Propagators: how tracks reach the present frame."""

from mmvist.tracking.propagators.base import Propagator, Still
from mmvist.tracking.propagators.flow_warp import FlowWarp
from mmvist.tracking.propagators.kalman import AreaKalmanFilter, KalmanFilter

__all__ = ['AreaKalmanFilter', 'FlowWarp', 'KalmanFilter', 'Propagator', 'Still']
