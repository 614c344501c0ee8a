"""Optical flow: where each pixel of a frame was in the frame before."""

from mmvist.models.flow.base import Flow
from mmvist.models.flow.dis import DISFlow
from mmvist.models.flow.files import FileFlow
from mmvist.models.flow.kept import KeptFlow

__all__ = ['DISFlow', 'FileFlow', 'Flow', 'KeptFlow']
