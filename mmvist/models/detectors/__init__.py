"""Detector slot: frames in, detections out."""

from mmvist.models.detectors.base import DetectorLoss, FrameDetector
from mmvist.models.detectors.mask_rcnn import MaskRCNNDetector
from mmvist.models.detectors.oracle import OracleDetector

__all__ = ['DetectorLoss', 'FrameDetector', 'MaskRCNNDetector', 'OracleDetector']
