"""The segmentor and what fills its detector and embedder slots."""

# mmdet's registries find their models only once they were imported.
import mmdet.models  # noqa: F401

from mmvist.models.detectors import MaskRCNNDetector
from mmvist.models.embedders import RoIEmbedder
from mmvist.models.losses import MatchLoss
from mmvist.models.preprocessor import ClipPreprocessor
from mmvist.models.segmentor import SegmentorState, VideoInstanceSegmentor

__all__ = ['ClipPreprocessor', 'MaskRCNNDetector', 'MatchLoss', 'RoIEmbedder', 'SegmentorState',
           'VideoInstanceSegmentor']
