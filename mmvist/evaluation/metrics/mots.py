"""MOTS scores of a run."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from mmengine.logging import print_log

from mmvist.evaluation.functional import clear
from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.report import text_table, without_classes
from mmvist.registry import METRICS
from mmvist.structures import VideoSet


@METRICS.register_module()
class MOTSMetric(VideoMetric):
    """sMOTSA and its kin; see `mmvist.evaluation.functional.clear`.

    Args:
        ann_file: Ground truth.
        format: Its format: 'ytvis', 'kitti_mots' or 'mots'.
        seqmap: For MOTS, the file that lists the split's sequences.
        overlaps: 'by_score' gives a pixel under several masks to the highest score, 'error' refuses such results.
        per_class: Report each class as well.
        min_score: Tracks below it are not counted: AP ranks every guess, MOTS takes each for a claim.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 overlaps: Literal['error', 'by_score'] = 'by_score', per_class: bool = False,
                 min_score: float = 0.0) -> None:
        super().__init__(ann_file, format, seqmap)
        self.require_objects()
        if overlaps not in ('error', 'by_score'):
            raise ValueError(f"MOTSMetric: overlaps must be 'error' or 'by_score', got {overlaps!r}")
        self.overlaps = overlaps
        self.per_class, self.min_score = per_class, min_score

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, float | int]:
        """Scores as `mots/<score>`: shares at most 1, and counts."""
        videos = tuple(tracks.with_min_score(self.min_score) for tracks in results.videos)
        scores = clear(ground_truth, replace(results, videos=videos), self.overlaps)
        scores = scores if self.per_class else without_classes(scores)
        print_log('\n' + text_table(scores), logger='current')
        return scores
