"""Mapillary Vistas v1 and v2, instances: `read`."""

from mmvist.io.vistas.reader import read

__all__ = ['read']
