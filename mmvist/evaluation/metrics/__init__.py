"""Metrics that a run builds from its config; the scores themselves are in `mmvist.evaluation.functional`."""

from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.metrics.mots import MOTSMetric
from mmvist.evaluation.metrics.result_file import ResultFile
from mmvist.evaluation.metrics.speed import SpeedMetric
from mmvist.evaluation.metrics.youtube_vis import YouTubeVISMetric

__all__ = ['MOTSMetric', 'ResultFile', 'SpeedMetric', 'VideoMetric', 'YouTubeVISMetric']
