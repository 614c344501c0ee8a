"""What becomes of the scores of tracks over a run."""

from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from mmvist.evaluation.functional.pairs import pair_videos
from mmvist.evaluation.functional.score_curves import KINDS, NO_TRACKS, count_score_curves, score_curve_scores
from mmvist.evaluation.functional.similarity import mask_similarity
from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.report import text_table
from mmvist.registry import METRICS
from mmvist.structures import VideoSet, VideoTracks


@METRICS.register_module()
class ScoreCurveMetric(VideoMetric):
    """Whether true tracks gain and false ones lose score while they go on; see `count_score_curves`.

    Scores are those of the frames, whatever a tracker says of whole tracks in the end; tracks that it drops then do not
    count. Classes are not compared.

    Args:
        ann_file: Ground truth.
        out: Picture of the mean scores over the tracks' age, *.png; without it there is none.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        ValueError: `out` is no file *.png, or the ground truth has no objects.
    """

    def __init__(self, ann_file: str | Path, out: str | Path | None = None, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None) -> None:
        super().__init__(ann_file, format, seqmap, split)
        self.require_objects()
        self.out = None if out is None else Path(out)
        if self.out is not None and (self.out.suffix != '.png' or self.out.is_dir()):
            raise ValueError(f'ScoreCurveMetric: out must be a file *.png, got {out}')

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, float | int]:
        """Scores as `curves/<kind>/<score>` for true and for false tracks; writes the picture."""
        videos = [count_score_curves(mask_similarity(_of_one_class(truth), _of_one_class(tracks)), tracks.scores)
                  for truth, tracks in pair_videos(ground_truth, results)]
        curves = {kind: reduce(add, (of_video[kind] for of_video in videos), NO_TRACKS) for kind in KINDS}
        scores = {f'curves/{kind}/{name}': value for kind, values in score_curve_scores(curves).items()
                  for name, value in values.items()}
        print_log('\n' + text_table(scores), logger='current')
        if self.out is not None:
            # Here, as matplotlib takes a while to import, which most runs never need.
            from mmvist.evaluation.score_curve_plot import write_score_curves

            write_score_curves(curves, self.out)
            print_log(f'Scores over the age of tracks: {self.out}', logger='current')
        return scores


def _of_one_class(tracks: VideoTracks) -> VideoTracks:
    return replace(tracks, labels=np.zeros_like(tracks.labels))
