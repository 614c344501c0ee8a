"""The spatio-temporal embedding: causal embeddings and depth, pose and foreground, and groups of pixels."""

from mmvist.models.pixel_embedding.decoder import PixelDecoder
from mmvist.models.pixel_embedding.encoder import FrameEncoder, StemResNet
from mmvist.models.pixel_embedding.foreground import ForegroundNetwork, OracleForeground
from mmvist.models.pixel_embedding.grouping import MeanShiftGrouping, OracleMeans, RandomSeedGrouping
from mmvist.models.pixel_embedding.pose_network import PoseNetwork
from mmvist.models.pixel_embedding.temporal_model import CausalTemporalModel

__all__ = ['CausalTemporalModel', 'ForegroundNetwork', 'FrameEncoder', 'MeanShiftGrouping', 'OracleForeground',
           'OracleMeans', 'PixelDecoder', 'PoseNetwork', 'RandomSeedGrouping', 'StemResNet']
