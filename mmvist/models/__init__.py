"""The segmentor and what fills its detector and embedder slots."""

# isort: off
# The registry supplies mmcv's operators, which mmdet asks for; mmdet's models are found only once they were imported.
import mmvist.registry  # noqa: F401
import mmdet.models  # noqa: F401
# isort: on

from mmvist.models.abn import ABNBBoxHead, ABNMaskHead, ABNResNet, ABNRPNHead
from mmvist.models.detectors import (
    FileDetector,
    MaskRCNNDetector,
    MMDetDetector,
    OracleDetector,
    PixelEmbeddingDetector,
    TemporalMaskRCNNDetector,
    YOLACTDetector,
)
from mmvist.models.embedders import (
    AssociationEmbedder,
    MaskPoolEmbedder,
    ReIDEmbedder,
    RoIEmbedder,
    SoftMaskPoolEmbedder,
)
from mmvist.models.flow import DISFlow
from mmvist.models.graph_tracker import GraphTracker
from mmvist.models.layers import RectifiedFPN, SymmetricTemporalModel
from mmvist.models.losses import (
    BalancedBCE,
    BatchHardTriplet,
    DiscriminativeLoss,
    LovaszSoftmax,
    MatchLoss,
    ViewSynthesisLoss,
)
from mmvist.models.osmn import OSMN, OSMNTrainer
from mmvist.models.pixel_embedding import (
    CausalTemporalModel,
    ForegroundNetwork,
    FrameEncoder,
    MeanShiftGrouping,
    OracleForeground,
    OracleMeans,
    PixelDecoder,
    PoseNetwork,
    StemResNet,
)
from mmvist.models.preprocessor import ClipPreprocessor
from mmvist.models.propagators import MaskPropagation
from mmvist.models.segmentor import SegmentorState, VideoInstanceSegmentor

__all__ = ['ABNBBoxHead', 'ABNMaskHead', 'ABNRPNHead', 'ABNResNet', 'AssociationEmbedder', 'BalancedBCE',
           'BatchHardTriplet', 'CausalTemporalModel', 'ClipPreprocessor', 'DISFlow', 'DiscriminativeLoss',
           'FileDetector', 'ForegroundNetwork', 'FrameEncoder', 'GraphTracker', 'LovaszSoftmax', 'MMDetDetector',
           'MaskPoolEmbedder', 'MaskPropagation', 'MaskRCNNDetector', 'MatchLoss', 'MeanShiftGrouping', 'OSMN',
           'OSMNTrainer', 'OracleDetector', 'OracleForeground', 'OracleMeans', 'PixelDecoder',
           'PixelEmbeddingDetector', 'PoseNetwork', 'ReIDEmbedder', 'RectifiedFPN', 'RoIEmbedder', 'SegmentorState',
           'SoftMaskPoolEmbedder', 'StemResNet', 'SymmetricTemporalModel', 'TemporalMaskRCNNDetector',
           'VideoInstanceSegmentor', 'ViewSynthesisLoss', 'YOLACTDetector']
