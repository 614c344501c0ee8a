"""OSMN: one object's mask, by a network that its looks and its place modulate (Yang et al. 2018)."""

from mmvist.models.osmn.network import OSMN
from mmvist.models.osmn.trainer import OSMNTrainer

__all__ = ['OSMN', 'OSMNTrainer']
