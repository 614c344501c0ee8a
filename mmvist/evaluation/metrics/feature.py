"""What metrics of features share: they compare each frame as it comes and keep the outcome alone."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import gather_object
from mmengine.evaluator import BaseMetric

from mmvist.evaluation.metrics.base import computed_once
from mmvist.io.problems import FormatError
from mmvist.structures import FrameResult, Video

# Of a frame: its errors by name, `None` when there is nothing to compare, or what is wrong with its ground truth.
Outcome = Mapping[str, float] | str | None


class FeatureMetric(BaseMetric):
    """Compares a feature of every frame with its ground truth; only the errors are kept, not the feature.

    Frames may come in any order and on any process; one that comes twice counts once. Scores are computed by the first
    process and are the same on all.

    Args:
        feature: Name of the feature.
        source: Ground truth, a file or a folder.

    Raises:
        FileNotFoundError: There is no such file or folder.
    """

    def __init__(self, feature: str, source: str | Path) -> None:
        # mmengine warns where there is no prefix; ours stands in the names of the scores already.
        super().__init__(prefix=type(self).__name__)
        self.feature, self.source = feature, Path(source)
        if not self.source.exists():
            raise FileNotFoundError(f'{type(self).__name__}: {source}: no such file or folder')
        self._checked: set[int | str] = set()

    def process(self, data_batch: Any, data_samples: Sequence[FrameResult]) -> None:
        """Measure some frames.

        Args:
            data_batch: Not used.
            data_samples: What the model made of each frame.

        Raises:
            FileNotFoundError: A video has no ground truth; this shows with the first of its frames.
            ValueError: A result lacks the feature, or it has another shape.
        """
        for result in data_samples:
            if self.feature not in result.features:
                raise ValueError(f'{type(self).__name__}: video {result.video.name}, frame {result.frame}: the result '
                                 f"has no feature '{self.feature}': set result_features=['{self.feature}'] of the "
                                 f"segmentor and predicts=['{self.feature}'] of the detector")
            if result.video.id not in self._checked:
                self.check(result.video)
                self._checked.add(result.video.id)
            outcome = self.measure(result.video, result.frame, result.features[self.feature])
            self.results.append((result.video.id, result.frame, outcome))

    def evaluate(self, size: int) -> dict[str, float | int]:
        """Score all frames since the last call, and forget them.

        Args:
            size: Not used: nothing is dropped by counting, as padding shows by itself.

        Raises:
            ScoringError: Some of the ground truth is broken.
        """
        results, self.results = self.results, []
        gathered = gather_object(results)
        return computed_once(lambda: self.compute_metrics([result for part in gathered for result in part]))

    def compute_metrics(self, results: Sequence[tuple[int | str, int, Outcome]]) -> dict[str, float | int]:
        """Score the frames of all processes; runs on the first one only."""
        outcomes = {(video, frame): outcome for video, frame, outcome in results}
        # Sums depend on the order in their last digits, and the order on which process had which frames.
        ordered = [outcomes[key] for key in sorted(outcomes, key=lambda key: (str(key[0]), key[1]))]
        problems = tuple(outcome for outcome in ordered if isinstance(outcome, str))
        if problems:
            raise FormatError(str(self.source), problems)
        return self.score(ordered)

    @abstractmethod
    def check(self, video: Video) -> None:
        """Raise FileNotFoundError or ValueError, naming the file, unless there is ground truth for a whole video."""

    @abstractmethod
    def measure(self, video: Video, frame: int, values: np.ndarray) -> Outcome:
        """Compare the feature of one frame."""

    @abstractmethod
    def score(self, outcomes: Sequence[Mapping[str, float] | None]) -> dict[str, float | int]:
        """Put the frames together."""
