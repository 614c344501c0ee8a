"""Scores of tracks over a run."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from mmengine.logging import print_log

from mmvist.evaluation.functional import Scoring, score
from mmvist.evaluation.functional.window_protocol import WindowRules
from mmvist.evaluation.metrics.base import VideoMetric
from mmvist.evaluation.report import text_table, without_classes
from mmvist.io.hard_cases import read_hard_cases
from mmvist.io.window_name import batch_of
from mmvist.registry import METRICS
from mmvist.structures import VideoSet


class TrackingMetric(VideoMetric):
    """What a run reports of its tracks; see `mmvist.evaluation.functional.Scoring`.

    Args:
        scoring: What to compute.
        per_class: Report each class as well.
        ann_file: Ground truth.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
    """

    def __init__(self, scoring: Scoring, per_class: bool, ann_file: str | Path, format: str, seqmap: str | Path | None,
                 split: str | Path | None) -> None:
        super().__init__(ann_file, format, seqmap, split)
        self.require_objects()
        self.scoring, self.per_class = scoring, per_class

    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, float | int]:
        """Scores as `<metric>/<score>`: shares at most 1, and counts."""
        scores = score(ground_truth, results, self.scoring_of(ground_truth))
        scores = scores if self.per_class else without_classes(scores)
        print_log('\n' + text_table(scores), logger='current')
        return scores

    def scoring_of(self, ground_truth: VideoSet) -> Scoring:
        """What to compute with ground truth of the dataset's classes."""
        return self.scoring


@METRICS.register_module()
class YouTubeVISMetric(TrackingMetric):
    """Average precision and recall of whole tracks, as YouTube-VIS and OVIS report.

    Args:
        ann_file: Ground truth.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        per_class: Report each class as well.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 split: str | Path | None = None, per_class: bool = False) -> None:
        super().__init__(Scoring(('ytvis',)), per_class, ann_file, format, seqmap, split)


@METRICS.register_module()
class MOTSMetric(TrackingMetric):
    """sMOTSA and its kin over masks, and other scores that go through the frames.

    Args:
        ann_file: Ground truth.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        scores: From 'mots', 'hota', 'id' and 'links'.
        overlaps: What is done about masks that share pixels; see `Scoring`.
        per_class: Report each class as well.
        min_score: Tracks below it are not counted: AP ranks every guess, MOTS takes each for a claim.
        rules: The program whose rules hold; by default each score's own.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 split: str | Path | None = None, scores: tuple[str, ...] = ('mots', 'hota', 'id'),
                 overlaps: Literal['error', 'by_score', 'keep'] = 'by_score', per_class: bool = False,
                 min_score: float = 0.0, rules: str | None = None) -> None:
        scoring = Scoring(tuple(scores), rules=rules, overlaps=overlaps, min_score=min_score)
        super().__init__(scoring, per_class, ann_file, format, seqmap, split)


@METRICS.register_module()
class MOTMetric(TrackingMetric):
    """MOTA and its kin over boxes, and other scores that go through the frames.

    Args:
        ann_file: Ground truth.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        scores: From 'mot', 'hota', 'id' and 'links'.
        per_class: Report each class as well.
        min_score: Tracks below it are not counted.
        rules: The program whose rules hold; by default each score's own.
    """

    def __init__(self, ann_file: str | Path, format: str = 'mot', seqmap: str | Path | None = None,
                 split: str | Path | None = None, scores: tuple[str, ...] = ('mot', 'hota', 'id'),
                 per_class: bool = False, min_score: float = 0.0, rules: str | None = None) -> None:
        scoring = Scoring(tuple(scores), regions='boxes', rules=rules, min_score=min_score, distractors=format == 'mot')
        super().__init__(scoring, per_class, ann_file, format, seqmap, split)


@METRICS.register_module()
class FrameMetric(TrackingMetric):
    """Average precision, recall and precision of single frames, whatever the ids.

    Args:
        ann_file: Ground truth.
        format: Its format; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        scores: From 'frame', as Hu et al. (2019) report beside their tracking scores, and 'coco'.
        regions: What is compared.
        per_class: Report each class as well.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 split: str | Path | None = None, scores: tuple[str, ...] = ('frame', 'coco'),
                 regions: Literal['masks', 'boxes'] = 'masks', per_class: bool = False) -> None:
        scoring = Scoring(tuple(scores), regions=regions, overlaps='keep')
        super().__init__(scoring, per_class, ann_file, format, seqmap, split)


@METRICS.register_module()
class HardCaseMetric(TrackingMetric):
    """How many of the moments that are hard for a tracker leave objects the ids they had, by kind of moment.

    Args:
        ann_file: Ground truth.
        hard_cases: File that lists the moments; see `mmvist.io.hard_cases`. Those of objects whose class the dataset
            leaves out do not count.
        format: Format of the ground truth; see `mmvist.io.formats`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.
        overlaps: What is done about masks that share pixels; see `Scoring`.
        min_score: Tracks below it are left out.
    """

    def __init__(self, ann_file: str | Path, hard_cases: str | Path, format: str = 'ytvis',
                 seqmap: str | Path | None = None, split: str | Path | None = None,
                 overlaps: Literal['error', 'by_score', 'keep'] = 'by_score', min_score: float = 0.0) -> None:
        cases = read_hard_cases(hard_cases)
        scoring = Scoring(('hard',), overlaps=overlaps, min_score=min_score, hard_cases=cases)
        super().__init__(scoring, False, ann_file, format, seqmap, split)
        if self._whole is not None:
            cases.check(self._whole)

    def scoring_of(self, ground_truth: VideoSet) -> Scoring:
        """See `TrackingMetric`."""
        return replace(self.scoring, hard_cases=self.scoring.hard_cases.among(ground_truth))


@METRICS.register_module()
class WindowMetric(TrackingMetric):
    """MOTSA and its kin of short windows, as Hu et al. (2019) count them; no numbers to compare with MOTS.

    Args:
        ann_file: Ground truth whose videos are windows, as `tools/convert.py windows` writes it.
        size: Rows and columns of the frames in which masks are compared.
        skip: Frames at the start of each window that do not count; see `WindowRules`.
        overlaps: What is done about masks that share pixels; see `Scoring`.
        per_class: Report each class as well.
        min_score: Tracks below it are not counted.
    """

    def __init__(self, ann_file: str | Path, size: tuple[int, int] = (192, 640), skip: int = 0,
                 overlaps: Literal['error', 'by_score', 'keep'] = 'by_score', per_class: bool = False,
                 min_score: float = 0.0) -> None:
        scoring = Scoring(('windows',), overlaps=overlaps, min_score=min_score, windows=WindowRules(*size, skip))
        super().__init__(scoring, per_class, ann_file, 'ytvis', None, None)
        for tracks in self._whole.videos if self._whole is not None else ():
            # Now, not after all frames have been tracked.
            batch_of(tracks.video.name)
