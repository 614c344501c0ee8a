"""Scores as functions: two `VideoSet` in, a flat dict out. Neither torch nor mmengine is needed."""

from mmvist.evaluation.functional.clear import clear
from mmvist.evaluation.functional.video_ap import video_ap

__all__ = ['clear', 'video_ap']
