"""Optical flow: where each pixel of a frame was in the frame before."""

from mmvist.models.flow.base import Flow
from mmvist.models.flow.dis import DISFlow
from mmvist.models.flow.files import FileFlow
from mmvist.models.flow.hd3 import HD3Flow
from mmvist.models.flow.kept import KeptFlow
from mmvist.models.flow.raft import RAFTFlow

__all__ = ['DISFlow', 'FileFlow', 'Flow', 'HD3Flow', 'KeptFlow', 'RAFTFlow']
