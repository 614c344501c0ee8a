"""The synthetic street world: videos about which everything is known exactly."""

from mmvist.io.hard_cases import HardCase
from mmvist.worlds.config import CLASSES, SPLITS, WorldConfig
from mmvist.worlds.generator import generate, generate_video
from mmvist.worlds.video import RenderedVideo

__all__ = ['CLASSES', 'SPLITS', 'HardCase', 'RenderedVideo', 'WorldConfig', 'generate', 'generate_video']
