"""Embedder slot: what tracks and detections are compared by."""

from mmvist.models.embedders.roi import RoIEmbedder

__all__ = ['RoIEmbedder']
