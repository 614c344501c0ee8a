"""Results of a run as a file."""

from pathlib import Path

from mmengine.logging import print_log

from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.io import ytvis
from mmvist.registry import METRICS
from mmvist.structures import VideoSet


@METRICS.register_module()
class ResultFile(VideoMetric):
    """Writes results as YouTube-VIS takes them, with track ids and frame scores as extra keys.

    Args:
        out: The JSON file.
        ann_file: Ground truth, for its ids of videos and classes; it needs no annotations.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, out: str | Path, ann_file: str | Path, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None) -> None:
        super().__init__(ann_file, format, seqmap, split)
        self.out = Path(out)
        if self.out.is_dir():
            raise ValueError(f'ResultFile: out must be a file, got the folder {out}')

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict:
        """Write the file; there are no scores."""
        ytvis.write_results(results, self.out)
        print_log(f'Results of {len(results.videos)} videos: {self.out}', logger='current')
        return {}
