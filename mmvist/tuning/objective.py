"""What a tracker scores on stored detections."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from mmvist.datasets.clip import Clip, ClipFrame
from mmvist.engine.options import with_detections
from mmvist.evaluation.functional import Scoring
from mmvist.evaluation.functional.pairs import id_order, video_names
from mmvist.evaluation.functional.scoring import CUT_FRAMES
from mmvist.evaluation.metrics.tracking import TrackingMetric
from mmvist.io.progress import progress
from mmvist.registry import METRICS, MODELS, TRANSFORMS
from mmvist.structures import Video, VideoTracks
from mmvist.structures.detections import VideoDetections
from mmvist.tracking.replay import needs_image, replay


@dataclass(frozen=True, eq=False)
class TuningVideo:
    """One video, prepared once.

    Attributes:
        name: What scores call it.
        truth: Its objects.
        detections: What was found.
        scale: Pixels of the network's input per original pixel, (x, y).
    """

    name: str
    truth: VideoTracks
    detections: VideoDetections
    scale: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Objective:
    """The score that a tracker's config comes to; can be pickled.

    Attributes:
        metric: Name of the score, as `mots/sMOTSA` or `mots/car/sMOTSA`; more is better.
        scoring: How it is counted.
        classes: Class names.
        videos: What it is counted on.
        disjoint_masks: Give each pixel to one instance, as the model does.
    """

    metric: str
    scoring: Scoring
    classes: tuple[str, ...]
    videos: tuple[TuningVideo, ...]
    disjoint_masks: bool = False

    def __post_init__(self) -> None:
        # Without a track everything has its name already.
        nothing = ((video.name, video.truth, VideoTracks.from_rows(video.truth.video, [])) for video in self.videos)
        known = self._scores(nothing)
        if self.metric not in known:
            raise ValueError(f'{self.metric} is no score of the config\'s evaluator; it has {", ".join(known)}')

    def __call__(self, tracker: Mapping[str, Any]) -> float | None:
        """Replay all videos; `None` where the score is not a finite number.

        Args:
            tracker: Config of the tracker.

        Raises:
            ValueError: The tracker has weights.
        """
        built = MODELS.build(tracker)
        if isinstance(built, torch.nn.Module) and any(True for _ in built.parameters()):
            raise ValueError(f'{tracker["type"]} has weights, without which its scores mean nothing; trackers that '
                             'learn cannot be tuned')
        tracked = ((video.name, video.truth, replay(built, video.detections, video.scale, self.disjoint_masks))
                   for video in self.videos)
        score = float(self._scores(tracked)[self.metric])
        return score if math.isfinite(score) else None

    def _scores(self, tracked: Iterable[tuple[str, VideoTracks, VideoTracks]]) -> dict[str, float | int]:
        counts = {name: self.scoring.count(truth, tracks) for name, truth, tracks in tracked}
        # Masks that were cut would be warned of in every trial.
        counts = {name: {key: value for key, value in of_video.items() if key != CUT_FRAMES}
                  for name, of_video in counts.items()}
        return self.scoring.scores(counts, self.classes)

    @classmethod
    def from_config(cls, config: Config, detections: str, metric: str) -> 'Objective':
        """Prepare what a config's test reads.

        Args:
            config: Its `test_dataloader` says how frames are scaled, its `test_evaluator` which objects there are and
                how scores are counted.
            detections: A detections file of all videos, or another that `open_detections` takes.
            metric: Name of the score.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The config's evaluator does not compute the score, its tracker looks at images, or files do not
                fit together.
        """
        config = with_detections(config, detections)
        if needs_image(MODELS.build(config.model.tracker)):
            raise ValueError(f'{config.filename}: its tracker looks at images; only trackers of detections alone can '
                             'be tuned')
        detector = MODELS.build(config.model.detector)
        evaluator = _evaluator(config, metric, detector.stored.classes)
        truths = sorted(evaluator.ground_truth.videos, key=lambda tracks: id_order(tracks.video.id))
        names = video_names((tracks.video.id, tracks.video.name) for tracks in truths)
        scale = _Scale(config)
        videos = []
        for truth in progress(truths, len(truths), 'reading detections'):
            found = detector.stored.of(truth.video)
            # Without an object a file may not say how large its frames are.
            truth = replace(truth, video=found.video)
            videos.append(TuningVideo(names[found.video.id], truth, found, scale(found.video)))
        return cls(metric, evaluator.scoring, evaluator.ground_truth.classes, tuple(videos),
                   config.model.get('disjoint_masks', False))


def _evaluator(config: Config, metric: str, classes: Sequence[str]) -> TrackingMetric:
    """The metric of the config that computes a score."""
    entries = config.get('test_evaluator') or []
    entries = entries if isinstance(entries, list | tuple) else [entries]
    offered = []
    for entry in entries:
        if not issubclass(METRICS.get(entry['type']), TrackingMetric):
            continue
        evaluator = METRICS.build(entry)
        if metric.partition('/')[0] in evaluator.scoring.metrics:
            evaluator.dataset_meta = {'classes': classes}
            return evaluator
        offered += evaluator.scoring.metrics
    raise ValueError(f'{config.filename}: the test_evaluator does not compute {metric}; it computes '
                     f'{", ".join(offered) or "no scores of tracks"}')


class _Scale:
    """How much the config's test pipeline enlarges the frames of a video."""

    def __init__(self, config: Config) -> None:
        dataset = config.test_dataloader.dataset
        while 'dataset' in dataset:
            dataset = dataset.dataset
        self._transforms = [TRANSFORMS.build(step) for step in dataset.pipeline]

    def __call__(self, video: Video) -> tuple[float, float]:
        """Pixels of the network's input per original pixel, (x, y)."""
        item: Any = Clip(video, (ClipFrame(0, True, ''),))
        for transform in self._transforms:
            item = transform.transform(item, np.random.default_rng(0))
        return tuple(item['data_samples'][0].scale_factor)
