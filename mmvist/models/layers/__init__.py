"""Layers that mmdet does not have."""

from mmvist.models.layers.correlated_latent import CorrelatedLatent, DeterministicLatent
from mmvist.models.layers.rectified_fpn import RectifiedFPN
from mmvist.models.layers.separable_conv3d import SeparableConv3d
from mmvist.models.layers.symmetric_temporal_model import SymmetricTemporalModel

__all__ = ['CorrelatedLatent', 'DeterministicLatent', 'RectifiedFPN', 'SeparableConv3d', 'SymmetricTemporalModel']
