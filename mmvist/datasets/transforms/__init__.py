"""Transforms of clips."""

from mmvist.datasets.transforms.colour import RandomColourClip
from mmvist.datasets.transforms.geometry import RandomCropClip, RandomFlipClip, RandomResizeClip, ResizeClip
from mmvist.datasets.transforms.loading import BrokenFrameError, LoadFrames, LoadTracks
from mmvist.datasets.transforms.packing import PackClip

__all__ = ['BrokenFrameError', 'LoadFrames', 'LoadTracks', 'PackClip', 'RandomColourClip', 'RandomCropClip',
           'RandomFlipClip', 'RandomResizeClip', 'ResizeClip']
