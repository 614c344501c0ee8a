"""Propagators: how tracks reach the present frame."""

from mmvist.tracking.propagators.base import Propagator, Still

__all__ = ['Propagator', 'Still']
