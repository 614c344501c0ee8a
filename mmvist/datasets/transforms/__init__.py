"""Transforms of clips."""

from mmvist.datasets.transforms.colour import RandomColourClip, RandomGammaClip
from mmvist.datasets.transforms.flow import LoadFlow
from mmvist.datasets.transforms.geometry import (
    RandomCropClip,
    RandomFlipClip,
    RandomResizeClip,
    RandomScaleClip,
    ResizeClip,
)
from mmvist.datasets.transforms.loading import BlankFrames, BrokenFrameError, LoadFrames, LoadTracks
from mmvist.datasets.transforms.objects import DropIgnored, KeepCommonObjects
from mmvist.datasets.transforms.packing import PackClip

__all__ = ['BlankFrames', 'BrokenFrameError', 'DropIgnored', 'KeepCommonObjects', 'LoadFlow', 'LoadFrames',
           'LoadTracks', 'PackClip', 'RandomColourClip', 'RandomCropClip', 'RandomFlipClip', 'RandomGammaClip',
           'RandomResizeClip', 'RandomScaleClip', 'ResizeClip']
