"""Layers that mmdet does not have."""

from mmvist.models.layers.separable_conv3d import SeparableConv3d
from mmvist.models.layers.symmetric_temporal_model import SymmetricTemporalModel

__all__ = ['SeparableConv3d', 'SymmetricTemporalModel']
