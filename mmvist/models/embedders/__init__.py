"""Embedder slot: what tracks and detections are compared by."""

from mmvist.models.embedders.association import AssociationEmbedder
from mmvist.models.embedders.mask_pool import MaskPoolEmbedder
from mmvist.models.embedders.reid import ReIDEmbedder
from mmvist.models.embedders.roi import RoIEmbedder
from mmvist.models.embedders.soft_mask_pool import SoftMaskPoolEmbedder

__all__ = ['AssociationEmbedder', 'MaskPoolEmbedder', 'ReIDEmbedder', 'RoIEmbedder', 'SoftMaskPoolEmbedder']
