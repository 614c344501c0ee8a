"""OpenImages V5 and later, instance segmentation: `read`, `write`, and its classes that YouTube-VIS has too."""

from mmvist.io.openimages.reader import read
from mmvist.io.openimages.writer import write
from mmvist.io.openimages.youtube_vis import OPENIMAGES_TO_YOUTUBE_VIS_2019

__all__ = ['OPENIMAGES_TO_YOUTUBE_VIS_2019', 'read', 'write']
