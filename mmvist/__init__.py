"""Video instance segmentation and tracking, composed from registered parts."""

from mmvist.version import __version__

__all__ = ['__version__']
