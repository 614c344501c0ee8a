"""All scores together: what is counted of one video, and what becomes of the counts of all."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any, Literal

import numpy as np

from mmvist.evaluation.functional.box_similarity import box_similarity, without_distractors
from mmvist.evaluation.functional.clear import ClearCounts, count_clear, without_ignored
from mmvist.evaluation.functional.coco_ap import match_frames
from mmvist.evaluation.functional.disjoint import cut_overlaps
from mmvist.evaluation.functional.frame_ap import count_frame_ap, frame_ap_scores
from mmvist.evaluation.functional.hard_cases import CaseCounts, count_hard_cases, frames_of, hard_case_scores
from mmvist.evaluation.functional.hota import count_hota
from mmvist.evaluation.functional.identity import count_identity
from mmvist.evaluation.functional.links import count_links
from mmvist.evaluation.functional.pairs import pair_videos, video_names
from mmvist.evaluation.functional.rules import RULES, TRACK_RULES, YOUTUBE_VIS, Rules, check_rules
from mmvist.evaluation.functional.similarity import VideoSimilarity, mask_similarity, require_masks
from mmvist.evaluation.functional.video_ap import ap_scores, match_video
from mmvist.evaluation.functional.window_protocol import WindowCounts, WindowRules, count_window, window_scores
from mmvist.io.hard_cases import HardCase, HardCases
from mmvist.io.progress import progress
from mmvist.io.window_name import batch_of
from mmvist.structures import VideoSet, VideoTracks

logger = logging.getLogger(__name__)

Scores = dict[str, float | int]


@dataclass(frozen=True)
class FrameScore:
    """A score that looks at videos frame by frame, each class for itself.

    Attributes:
        count: Counts of one class in one video; counts add up.
        scores: What the counts come to.
        rules: The program whose rules hold unless others are asked for.
    """

    count: Callable[[VideoSimilarity, Rules], Any]
    scores: Callable[[Any, Rules], Scores]
    rules: str


def _named(counts: ClearCounts, rules: Rules, names: Mapping[str, str]) -> Scores:
    return {names.get(name, name): value for name, value in counts.scores(rules).items() if names.get(name, name)}


MOTS_NAMES = {'sMOTA': 'sMOTSA', 'MOTA': 'MOTSA', 'MOTP': 'MOTSP', 'MODA': 'MODSA', 'MOTAL': 'MOTSAL'}
MOT_NAMES = {'sMOTA': '', 'MODSP': 'MODP'}
FRAME_SCORES = {
    'mots': FrameScore(count_clear, lambda counts, rules: _named(counts, rules, MOTS_NAMES), 'mots_tools'),
    'mot': FrameScore(count_clear, lambda counts, rules: _named(counts, rules, MOT_NAMES), 'trackeval'),
    'hota': FrameScore(lambda similarity, rules: count_hota(without_ignored(similarity, rules)),
                       lambda counts, _: counts.scores(), 'trackeval'),
    'id': FrameScore(lambda similarity, rules: count_identity(without_ignored(similarity, rules)),
                     lambda counts, _: counts.scores(), 'trackeval'),
    'links': FrameScore(lambda similarity, rules: count_links(without_ignored(similarity, rules)),
                        lambda counts, _: counts.scores(), 'trackeval'),
}
# Scores that are no formula of sums; what is counted of the videos goes in together.
POOLED_SCORES = {
    'ytvis': ap_scores,
    'frame': frame_ap_scores,
    'coco': lambda videos, classes: ap_scores([matches for video in videos for matches in video], classes),
    'hard': lambda videos, _: hard_case_scores(videos),
    'windows': window_scores,
}
METRICS = (*POOLED_SCORES, *FRAME_SCORES)
# Beside the metrics: frames whose masks were cut to be disjoint.
CUT_FRAMES = 'cut frames'


@dataclass(frozen=True)
class Scoring:
    """Which scores are wanted, and how they are counted.

    Attributes:
        metrics: From `METRICS`.
        regions: What is compared.
        rules: Name of a program, from `RULES` and `TRACK_RULES`, whose rules hold for the scores that it computes; by
            default, and for other scores, those of each score's own benchmark.
        overlaps: What is done, before anything is counted frame by frame, when masks of a frame share pixels. 'error'
            refuses results and ground truth, as MOTS does. 'by_score' gives a pixel to the highest score among the
            results, drops masks that nothing is left of, and leaves the ground truth alone. 'keep' compares them as
            they are.
        min_score: Tracks below it are not counted frame by frame; AP ranks them all.
        distractors: The ignore boxes are distractors, as in MOT16 and later: results that go to one of them, rather
            than to an object, are left aside before anything is counted.
        hard_cases: The moments that 'hard' scores, whatever the classes of objects and results.
        windows: How 'windows' counts videos that are windows.
    """

    metrics: tuple[str, ...]
    regions: Literal['masks', 'boxes'] = 'masks'
    rules: str | None = None
    overlaps: Literal['error', 'by_score', 'keep'] = 'error'
    min_score: float = 0.0
    distractors: bool = False
    hard_cases: HardCases | None = None
    windows: WindowRules = WindowRules()

    def __post_init__(self) -> None:
        unknown = [name for name in self.metrics if name not in METRICS]
        if unknown:
            raise ValueError(f'unknown metrics {unknown}; known: {", ".join(METRICS)}')
        for key, known in (('overlaps', ('error', 'by_score', 'keep')), ('regions', ('masks', 'boxes'))):
            if getattr(self, key) not in known:
                raise ValueError(f'{key} must be one of {", ".join(known)}, got {getattr(self, key)!r}')
        for name, compared in (('ytvis', 'the masks of whole tracks'), ('windows', 'masks')):
            if self.regions == 'boxes' and name in self.metrics:
                raise ValueError(f'{name} compares {compared}; it cannot compare boxes')
        if ('hard' in self.metrics) != (self.hard_cases is not None):
            raise ValueError("the metric 'hard' and a file of hard cases need each other, only "
                             f'{"the metric" if self.hard_cases is None else "the file"} is given')
        if not math.isfinite(self.min_score):
            raise ValueError(f'min_score must be a finite number, got {self.min_score}')
        if self.rules is not None:
            check_rules(self.rules)

    def count(self, ground_truth: VideoTracks, results: VideoTracks) -> dict[str, Any]:
        """What the scores are made of, for one video: by metric, then by label; small, and can be pickled.

        What is counted frame by frame has an entry None for every label that there is nothing of.

        Raises:
            ValueError: A row lacks what is compared, an id occurs twice in a frame, masks overlap, hard cases are not
                those of this ground truth, or the video is no window where windows are scored.
        """
        counts = {}
        if 'ytvis' in self.metrics:
            counts['ytvis'] = match_video(ground_truth, results, TRACK_RULES.get(self.rules, YOUTUBE_VIS))
        if 'coco' in self.metrics:
            counts['coco'] = match_frames(ground_truth, results, self.regions)
        kept = results.with_min_score(self.min_score) if self.min_score > 0 else results
        if 'frame' in self.metrics or any(name in FRAME_SCORES for name in self.metrics):
            counts |= self._count_frames(ground_truth, kept)
        if self.hard_cases is not None:
            counts['hard'] = self._count_hard_cases(ground_truth, kept, self.hard_cases.of(ground_truth))
        if 'windows' in self.metrics:
            counts['windows'], num_cut = self._count_window(ground_truth, kept)
            counts.setdefault(CUT_FRAMES, num_cut)
        return counts

    def scores(self, counts: Mapping[str, Mapping[str, Any]], classes: Sequence[str], per_video: bool = False
               ) -> Scores:
        """Put the counts of videos together.

        Args:
            counts: What `count` gave, by the name of the video, in the order of the videos' ids.
            classes: Class names, which the labels index.
            per_video: Add the scores of each video.

        Raises:
            ValueError: There are no videos, or no hard case in any.

        Returns:
            `<metric>/<score>` over everything, `<metric>/<class>/<score>`, `<metric>/video/<name>/<score>`; shares as
            floats, counts as ints. In place of classes 'hard' has kinds of moments.
        """
        if not counts:
            raise ValueError('there are no videos to score')
        if self.hard_cases is not None and not any(of_video['hard'] for of_video in counts.values()):
            raise self.hard_cases.nothing_to_score()
        num_cut = sum(of_video.get(CUT_FRAMES, 0) for of_video in counts.values())
        if num_cut:
            logger.warning('masks of the results overlap in %d frames; the higher score took the pixels', num_cut)
        scores: Scores = {}
        for metric in self.metrics:
            for row, values in self._rows(metric, counts, classes, per_video).items():
                scores |= {'/'.join(filter(None, (metric, row, name))): value for name, value in values.items()}
        return scores

    def _count_frames(self, truth: VideoTracks, results: VideoTracks) -> dict[str, dict[int | None, Any]]:
        metrics = [name for name in self.metrics if name in FRAME_SCORES]
        results, similarity, num_cut = self._similarity(truth, results, RULES.get(self.rules, RULES['trackeval']))
        # What there is nothing of counts the same for every class.
        nothing = similarity.select(*(np.zeros(len(column), bool) for column in (similarity.gt_ids, similarity.ids)))
        parts = {None: nothing} | {label: similarity.of_label(label) for label in
                                   sorted({*similarity.gt_labels.tolist(), *similarity.labels.tolist()})}
        counts = {metric: {label: FRAME_SCORES[metric].count(part, self._rules(metric))
                           for label, part in parts.items()} for metric in metrics}
        counts[CUT_FRAMES] = num_cut
        if 'frame' in self.metrics:
            counts['frame'] = {label: count_frame_ap(part, results.scores[results.labels == label])
                               for label, part in parts.items() if label is not None}
        return counts

    def _count_hard_cases(self, truth: VideoTracks, results: VideoTracks, cases: Sequence[HardCase]
                          ) -> dict[str, CaseCounts]:
        frames = list(frames_of(cases))
        # A wrong class is not the tracker's mistake.
        shown, found = (replace(tracks, labels=np.zeros_like(tracks.labels)).select(np.isin(tracks.frames, frames))
                        for tracks in (truth, results))
        return count_hard_cases(self._similarity(shown, found, RULES['trackeval'])[1], cases)

    def _count_window(self, truth: VideoTracks, results: VideoTracks) -> tuple[dict[int, WindowCounts], int]:
        batch = batch_of(truth.video.name)
        truth, results = self.windows.counted(truth, 'ground truth'), self.windows.counted(results, 'results')
        _, similarity, num_cut = self._similarity(truth, results, RULES['mots_tools'])
        return {label: count_window(similarity.of_label(label), batch) for label in
                sorted({*similarity.gt_labels.tolist(), *similarity.labels.tolist()})}, num_cut

    def _similarity(self, truth: VideoTracks, results: VideoTracks, rules: Rules
                    ) -> tuple[VideoTracks, VideoSimilarity, int]:
        """The results that are left to count, how alike they are to the objects, and how many frames were cut."""
        if self.regions == 'boxes':
            if self.distractors:
                results = without_distractors(truth, results)
                truth = truth.select(~truth.ignore)
            ignore = 'any' if rules.single_region else 'union'
            return results, box_similarity(truth, results, ignore, rules.regions_for_all), 0
        require_masks(truth, 'ground truth')
        require_masks(results, 'results')
        num_cut = 0
        if self.overlaps == 'by_score':
            results, num_cut = cut_overlaps(results)
        return results, mask_similarity(truth, results, self.overlaps == 'error', rules.single_region,
                                        rules.regions_for_all), num_cut

    def _rules(self, metric: str) -> Rules:
        return RULES.get(self.rules, RULES[FRAME_SCORES[metric].rules])

    def _rows(self, metric: str, counts: Mapping[str, Mapping[str, Any]], classes: Sequence[str], per_video: bool
              ) -> dict[str, Scores]:
        videos = {name: of_video[metric] for name, of_video in counts.items()}
        if metric in POOLED_SCORES:
            scores = POOLED_SCORES[metric]
            return scores(list(videos.values()), classes) | {
                f'video/{name}': scores([of_video], classes)[''] for name, of_video in videos.items() if per_video}
        labels = range(len(classes))
        of_class = {name: reduce(add, (of_video.get(label, of_video[None]) for of_video in videos.values()))
                    for label, name in enumerate(classes)}
        sums = {'': reduce(add, of_class.values()), **of_class}
        if per_video:
            sums |= {f'video/{name}': reduce(add, (of_video.get(label, of_video[None]) for label in labels))
                     for name, of_video in videos.items()}
        return {row: FRAME_SCORES[metric].scores(total, self._rules(metric)) for row, total in sums.items()}


def score(ground_truth: VideoSet, results: VideoSet, scoring: Scoring, per_video: bool = False) -> Scores:
    """Score results.

    Args:
        ground_truth: Objects; ignore rows are crowds and regions to be ignored.
        results: Tracks of the same classes.
        scoring: What to compute.
        per_video: Add the scores of each video.

    Returns:
        See `Scoring.scores`.

    Raises:
        ValueError: The sets do not fit together, or as `Scoring.count`.
    """
    pairs = pair_videos(ground_truth, results)
    names = video_names((truth.video.id, truth.video.name) for truth, _ in pairs)
    return scoring.scores({names[truth.video.id]: scoring.count(truth, tracks)
                           for truth, tracks in progress(pairs, len(pairs), 'scoring')},
                          ground_truth.classes, per_video)
