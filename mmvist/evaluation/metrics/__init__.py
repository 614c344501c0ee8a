"""Metrics that a run builds from its config; the scores themselves are in `mmvist.evaluation.functional`."""

from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.metrics.bdd100k import BDD100KMetric
from mmvist.evaluation.metrics.depth import CameraMotionMetric, DepthMetric
from mmvist.evaluation.metrics.detections_file import DetectionsFile
from mmvist.evaluation.metrics.flow import FlowMetric
from mmvist.evaluation.metrics.foreground import ForegroundMetric
from mmvist.evaluation.metrics.result_file import ResultFile
from mmvist.evaluation.metrics.score_curves import ScoreCurveMetric
from mmvist.evaluation.metrics.speed import SpeedMetric
from mmvist.evaluation.metrics.tracking import (
    FrameMetric,
    HardCaseMetric,
    MOTMetric,
    MOTSMetric,
    WindowMetric,
    YouTubeVISMetric,
)

__all__ = ['BDD100KMetric', 'CameraMotionMetric', 'DepthMetric', 'DetectionsFile', 'FlowMetric', 'ForegroundMetric',
           'FrameMetric', 'HardCaseMetric', 'MOTMetric', 'MOTSMetric', 'ResultFile', 'ScoreCurveMetric', 'SpeedMetric',
           'VideoMetric', 'WindowMetric', 'YouTubeVISMetric']
