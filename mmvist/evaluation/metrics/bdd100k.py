"""BDD100K scores of a run."""

from dataclasses import replace
from pathlib import Path

from mmengine.logging import print_log

from mmvist.evaluation.bdd100k import score_bdd100k
from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.report import text_table
from mmvist.registry import METRICS
from mmvist.structures import VideoSet

SUMMARY = ('bdd100k/AVERAGE/', 'bdd100k/OVERALL/')


@METRICS.register_module()
class BDD100KMetric(VideoMetric):
    """MOTA, IDF1 and their kin of boxes; see `mmvist.evaluation.bdd100k`.

    Args:
        ann_file: Ground truth.
        format: Its format, by default BDD100K's own; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        per_class: Report each class and super-class as well.
        min_score: Tracks below it are not counted: AP ranks every guess, MOTA takes each for a claim.
    """

    def __init__(self, ann_file: str | Path, format: str = 'bdd100k', seqmap: str | Path | None = None,
                 split: str | Path | None = None, per_class: bool = False, min_score: float = 0.0) -> None:
        super().__init__(ann_file, format, seqmap, split)
        self.require_objects()
        self.per_class, self.min_score = per_class, min_score

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, float | int]:
        """Scores as `bdd100k/<row>/<score>`: shares at most 1, and counts."""
        videos = tuple(tracks.with_min_score(self.min_score) for tracks in results.videos)
        scores = score_bdd100k(ground_truth, replace(results, videos=videos))
        if not self.per_class:
            scores = {name: value for name, value in scores.items() if name.startswith(SUMMARY)}
        print_log('\n' + text_table(scores), logger='current')
        return scores
