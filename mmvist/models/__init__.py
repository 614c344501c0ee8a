"""The segmentor and what fills its detector and embedder slots."""

# isort: off
# The registry supplies mmcv's operators, which mmdet asks for; mmdet's models are found only once they were imported.
import mmvist.registry  # noqa: F401
import mmdet.models  # noqa: F401
# isort: on

from mmvist.models.abn import ABNBBoxHead, ABNMaskHead, ABNResNet, ABNRPNHead
from mmvist.models.detectors import (
    FileDetector,
    FlowDetector,
    MaskRCNNDetector,
    MMDetDetector,
    OracleDetector,
    PixelEmbeddingDetector,
    TemporalMaskRCNNDetector,
    VAEMaskRCNNDetector,
    YOLACTDetector,
)
from mmvist.models.embedders import (
    AssociationEmbedder,
    MaskPoolEmbedder,
    ReIDEmbedder,
    RoIEmbedder,
    SoftMaskPoolEmbedder,
)
from mmvist.models.flow import DISFlow, FileFlow, HD3Flow, RAFTFlow
from mmvist.models.graph_tracker import GraphTracker
from mmvist.models.layers import CorrelatedLatent, DeterministicLatent, RectifiedFPN, SymmetricTemporalModel
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
    RandomSeedGrouping,
    StemResNet,
)
from mmvist.models.preprocessor import ClipPreprocessor
from mmvist.models.propagators import MaskPropagation
from mmvist.models.segmentor import SegmentorState, VideoInstanceSegmentor
from mmvist.models.vae import FutureFrameDecoder, ObservationEncoder, ProposalHead, PyramidDecoder

__all__ = ['ABNBBoxHead', 'ABNMaskHead', 'ABNRPNHead', 'ABNResNet', 'AssociationEmbedder', 'BalancedBCE',
           'BatchHardTriplet', 'CausalTemporalModel', 'ClipPreprocessor', 'CorrelatedLatent', 'DISFlow',
           'DeterministicLatent', 'DiscriminativeLoss', 'FileDetector', 'FileFlow', 'FlowDetector',
           'ForegroundNetwork', 'FrameEncoder', 'FutureFrameDecoder', 'GraphTracker', 'HD3Flow', 'LovaszSoftmax',
           'MMDetDetector', 'MaskPoolEmbedder', 'MaskPropagation', 'MaskRCNNDetector', 'MatchLoss',
           'MeanShiftGrouping', 'OSMN', 'OSMNTrainer', 'ObservationEncoder', 'OracleDetector', 'OracleForeground',
           'OracleMeans', 'PixelDecoder', 'PixelEmbeddingDetector', 'PoseNetwork', 'ProposalHead', 'PyramidDecoder',
           'RAFTFlow', 'RandomSeedGrouping', 'ReIDEmbedder', 'RectifiedFPN', 'RoIEmbedder', 'SegmentorState',
           'SoftMaskPoolEmbedder', 'StemResNet', 'SymmetricTemporalModel', 'TemporalMaskRCNNDetector',
           'VAEMaskRCNNDetector', 'VideoInstanceSegmentor', 'ViewSynthesisLoss', 'YOLACTDetector']
