"""YouTube-VIS scores of a run."""

from pathlib import Path

from mmengine.logging import print_log

from mmvist.evaluation.functional import video_ap
from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.report import text_table, without_classes
from mmvist.registry import METRICS
from mmvist.structures import VideoSet


@METRICS.register_module()
class YouTubeVISMetric(VideoMetric):
    """Average precision and recall of whole tracks; see `mmvist.evaluation.functional.video_ap`.

    Args:
        ann_file: Ground truth.
        format: Its format: 'ytvis', 'kitti_mots' or 'mots'.
        seqmap: For MOTS, the file that lists the split's sequences.
        per_class: Report each class as well.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 per_class: bool = False) -> None:
        super().__init__(ann_file, format, seqmap)
        self.require_objects()
        self.per_class = per_class

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, float]:
        """Scores as `ytvis/<score>` in 0..1."""
        scores = video_ap(ground_truth, results)
        scores = scores if self.per_class else without_classes(scores)
        print_log('\n' + text_table(scores), logger='current')
        return scores
