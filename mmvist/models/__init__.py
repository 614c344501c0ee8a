"""The segmentor and what fills its detector and embedder slots."""

# isort: off
# The registry supplies mmcv's operators, which mmdet asks for; mmdet's models are found only once they were imported.
import mmvist.registry  # noqa: F401
import mmdet.models  # noqa: F401
# isort: on

from mmvist.models.detectors import MaskRCNNDetector, OracleDetector
from mmvist.models.embedders import RoIEmbedder
from mmvist.models.losses import MatchLoss
from mmvist.models.preprocessor import ClipPreprocessor
from mmvist.models.segmentor import SegmentorState, VideoInstanceSegmentor

__all__ = ['ClipPreprocessor', 'MaskRCNNDetector', 'MatchLoss', 'OracleDetector', 'RoIEmbedder', 'SegmentorState',
           'VideoInstanceSegmentor']
