"""Detector slot: frames in, detections out."""

from mmvist.models.detectors.base import DetectorLoss, FrameDetector, frames_in
from mmvist.models.detectors.files import FileDetector
from mmvist.models.detectors.flow import FlowDetector
from mmvist.models.detectors.mask_rcnn import MaskRCNNDetector
from mmvist.models.detectors.mmdet import MMDetDetector
from mmvist.models.detectors.oracle import OracleDetector
from mmvist.models.detectors.pixel_embedding import PixelEmbeddingDetector
from mmvist.models.detectors.temporal_mask_rcnn import TemporalMaskRCNNDetector
from mmvist.models.detectors.vae_mask_rcnn import VAEMaskRCNNDetector
from mmvist.models.detectors.yolact import YOLACTDetector

__all__ = ['DetectorLoss', 'FileDetector', 'FlowDetector', 'FrameDetector', 'MMDetDetector', 'MaskRCNNDetector',
           'OracleDetector', 'PixelEmbeddingDetector', 'TemporalMaskRCNNDetector', 'VAEMaskRCNNDetector',
           'YOLACTDetector', 'frames_in']
