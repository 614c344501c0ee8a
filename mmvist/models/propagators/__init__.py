"""Propagators that learn; those that do not are `mmvist.tracking.propagators`."""

from mmvist.models.propagators.mask_propagation import MaskPropagation

__all__ = ['MaskPropagation']
