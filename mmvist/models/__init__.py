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
from mmvist.models.preprocessor import ClipPreprocessor
from mmvist.models.propagators import MaskPropagation
from mmvist.models.segmentor import SegmentorState, VideoInstanceSegmentor

__all__ = ['ABNBBoxHead', 'ABNMaskHead', 'ABNRPNHead', 'ABNResNet', 'AssociationEmbedder', 'BalancedBCE',
           'BatchHardTriplet', 'ClipPreprocessor', 'DISFlow', 'DiscriminativeLoss', 'FileDetector', 'GraphTracker',
           'LovaszSoftmax', 'MMDetDetector', 'MaskPoolEmbedder', 'MaskPropagation', 'MaskRCNNDetector', 'MatchLoss',
           'OSMN', 'OSMNTrainer', 'OracleDetector', 'ReIDEmbedder', 'RectifiedFPN', 'RoIEmbedder', 'SegmentorState',
           'SoftMaskPoolEmbedder', 'SymmetricTemporalModel', 'TemporalMaskRCNNDetector', 'VideoInstanceSegmentor',
           'ViewSynthesisLoss', 'YOLACTDetector']
