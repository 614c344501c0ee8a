"""Scores as functions: two `VideoSet` in, a flat dict out. Neither torch nor mmengine is needed."""

from mmvist.evaluation.functional.scoring import METRICS, Scoring, score

__all__ = ['METRICS', 'Scoring', 'score']
