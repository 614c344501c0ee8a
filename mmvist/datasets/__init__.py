"""From annotated videos to batches of clips.

`video_dataset` is the dataset, `clip_sampling` says which frames make a clip, `transforms` what is done to it,
`samplers` order and shares. `wrappers` looks through mmengine's dataset wrappers, `checks` holds what must be true
before a run, `formats` annotations together with their images, `class_map` one class list for several files.
"""

from mmvist.datasets.clip_sampling import ContiguousClip, GuidedPair, Neighbours, RandomPair
from mmvist.datasets.samplers import ClipSampler, VideoBatchSampler, VideoSampler
from mmvist.datasets.transforms import (
    BlankFrames,
    BrokenFrameError,
    KeepCommonObjects,
    LoadFrames,
    LoadTracks,
    PackClip,
    RandomCropClip,
    RandomFlipClip,
    RandomResizeClip,
    RandomScaleClip,
    ResizeClip,
)
from mmvist.datasets.video_dataset import VideoDataset

__all__ = ['BlankFrames', 'BrokenFrameError', 'ClipSampler', 'ContiguousClip', 'GuidedPair', 'KeepCommonObjects',
           'LoadFrames', 'LoadTracks', 'Neighbours', 'PackClip', 'RandomCropClip', 'RandomFlipClip', 'RandomPair',
           'RandomResizeClip', 'RandomScaleClip', 'ResizeClip', 'VideoBatchSampler', 'VideoDataset', 'VideoSampler']
