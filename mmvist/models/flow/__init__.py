"""Optical flow: where each pixel of a frame was in the frame before."""

from mmvist.models.flow.dis import DISFlow

__all__ = ['DISFlow']
