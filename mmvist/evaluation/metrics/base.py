"""What metrics of videos share: they collect frames from all processes and compare whole videos."""

import logging
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.dist import broadcast_object_list, gather_object, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmvist.evaluation.ground_truth import require_objects
from mmvist.io.class_map import OTHERS, map_classes
from mmvist.io.convert import check_source, read_source
from mmvist.structures import FrameResult, VideoSet, VideoTracks


class ScoringError(ValueError):
    """Scores cannot be computed; raised on all processes alike."""


def computed_once(compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the first process computes, on all processes.

    Raises:
        ScoringError: It fails; raised on all processes.
    """
    outcome = [None]
    if is_main_process():
        # An error is sent as well: the other processes would wait for scores for ever.
        try:
            outcome = [compute()]
        except Exception as error:
            outcome = [error]
    broadcast_object_list(outcome)
    if isinstance(outcome[0], Exception):
        raise ScoringError(str(outcome[0])) from outcome[0]
    return outcome[0]


class VideoMetric(BaseMetric):
    """Scores the frames of a test against the metric's own ground truth.

    Frames may come in any order and on any process; one that comes twice counts once. Scores are computed by the first
    process and are the same on all.

    Args:
        ann_file: Ground truth.
        format: Its format, one of `mmvist.io.convert.SOURCES`.
        seqmap: For formats with sequences, the file that lists those of the split.
        split: File that lists the videos of the split.

    Raises:
        ValueError: There is no such format, or the ground truth is broken.
        FileNotFoundError: There is no ground truth.
    """

    def __init__(self, ann_file: str | Path, format: str = 'ytvis', seqmap: str | Path | None = None,
                 split: str | Path | None = None) -> None:
        # mmengine warns where there is no prefix; ours stands in the names of the scores already.
        super().__init__(prefix=type(self).__name__)
        check_source(format, seqmap)
        for path in (ann_file, seqmap, split):
            if path is not None and not Path(path).exists():
                raise FileNotFoundError(f'{type(self).__name__}: {path}: no such file or folder')
        self.ann_file = str(ann_file)
        # Read now, so that what is wrong with it shows before the first iteration; only the first process scores.
        self._whole = read_source(ann_file, format, seqmap, split) if is_main_process() else None
        self._ground_truth = self._whole

    @property
    def dataset_meta(self) -> dict | None:
        """What is known of the dataset.

        `classes` are the names that the results' labels index, `class_map`, if there is one, what the annotations' own
        classes are called there.
        """
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict | None) -> None:
        if not (dataset_meta or {}).get('classes'):
            raise ValueError(f"{type(self).__name__}: dataset_meta must hold 'classes', got {dataset_meta}")
        self._dataset_meta = dataset_meta
        classes = tuple(dataset_meta['classes'])
        self._ground_truth = self._whole
        if self._whole is not None and classes != self._whole.classes:
            class_map = dataset_meta.get('class_map')
            try:
                # Ground truth may be under the new names already.
                if class_map and {*class_map} - {OTHERS} <= {*self._whole.classes}:
                    self._ground_truth = map_classes(self._whole, class_map, classes)
                else:
                    self._ground_truth = self._whole.with_classes(classes)
            except ValueError as error:
                raise ValueError(f'{type(self).__name__}: {self.ann_file}: {error}') from None

    @property
    def ground_truth(self) -> VideoSet | None:
        """The ground truth with the dataset's classes; only the first process has it."""
        return self._ground_truth

    def require_objects(self) -> None:
        """Raise ValueError when the ground truth holds no objects."""
        if self._whole is not None:
            require_objects(self._whole, self.ann_file)

    def process(self, data_batch: Any, data_samples: Sequence[FrameResult]) -> None:
        """Keep the results of some frames.

        Args:
            data_batch: Not used.
            data_samples: What the model made of each frame.
        """
        if self.dataset_meta is None:
            raise ValueError(f'{type(self).__name__}: dataset_meta must be set before results come')
        num_classes = len(self.dataset_meta['classes'])
        for result in data_samples:
            if not isinstance(result, FrameResult):
                raise TypeError(f'{type(self).__name__}: the model must predict FrameResult, '
                                f'got {type(result).__name__}')
            if len(result) and not 0 <= result.labels.min() <= result.labels.max() < num_classes:
                raise ValueError(f'{type(self).__name__}: video {result.video.name}, frame {result.frame}: labels must '
                                 f'lie in 0..{num_classes - 1}, got {sorted(set(result.labels.tolist()))}')
            # The list of file names, and features, would travel with every frame.
            self.results.append(replace(result, video=replace(result.video, file_names=()), features={}))

    def evaluate(self, size: int) -> dict[str, Any]:
        """Score all frames since the last call, and forget them.

        Args:
            size: Not used: nothing is dropped by counting, as padding shows by itself.

        Raises:
            ScoringError: The results do not fit the ground truth.
        """
        results, self.results = self.results, []
        gathered = gather_object(results)
        return computed_once(lambda: self.compute_metrics([result for part in gathered for result in part]))

    def compute_metrics(self, results: Sequence[FrameResult]) -> dict[str, Any]:
        """Score the frames of all processes; runs on the first one only."""
        return self.score(self._ground_truth, self._join(results))

    @abstractmethod
    def score(self, ground_truth: VideoSet, results: VideoSet) -> dict[str, Any]:
        """Compare the videos; both sets have the classes of the dataset."""

    def _join(self, results: Sequence[FrameResult]) -> VideoSet:
        """Whole videos in the ground truth's order, whichever process their frames come from."""
        truth = self._ground_truth
        of_video: dict[int | str, dict[int, FrameResult]] = {tracks.video.id: {} for tracks in truth.videos}
        for result in results:
            if result.video.id not in of_video:
                raise ValueError(f'{type(self).__name__}: video {result.video.name} (id {result.video.id!r}) is not in '
                                 f'{self.ann_file}')
            of_video[result.video.id].setdefault(result.frame, result)
        num_wanted, num_got = sum(tracks.video.length for tracks in truth.videos), sum(map(len, of_video.values()))
        if num_got < num_wanted:
            print_log(f'{type(self).__name__}: results of {num_got} of the {num_wanted} frames in {self.ann_file}; '
                      'objects in the others count as missed', logger='current', level=logging.WARNING)
        videos = [VideoTracks.from_results(next(iter(frames.values())).video, list(frames.values()))
                  for frames in of_video.values() if frames]
        return VideoSet(truth.classes, tuple(videos), truth.category_ids)
