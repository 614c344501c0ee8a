"""What travels between the parts.

`video` and `rle` need numpy only, so that evaluation runs without torch; `instances` and `masks` are tensors and are
imported by their module name.
"""

from mmvist.structures.video import FrameResult, TrackSummary, Video, VideoSet, VideoTracks

__all__ = ['FrameResult', 'TrackSummary', 'Video', 'VideoSet', 'VideoTracks']
