"""Frames a second of a run, reading and everything else included."""

import time
from collections.abc import Sequence
from typing import Any

from mmengine.dist import all_gather_object
from mmengine.evaluator import BaseMetric

from mmvist.registry import METRICS
from mmvist.structures import FrameResult


@METRICS.register_module()
class SpeedMetric(BaseMetric):
    """Gives `speed/fps`: frames after the first batch, by the time they took; the ranks' rates add up."""

    def __init__(self) -> None:
        # mmengine warns where there is no prefix; ours stands in the name of the score already.
        super().__init__(prefix='speed')
        self._clear()

    def process(self, data_batch: Any, data_samples: Sequence[FrameResult]) -> None:
        """Count the frames of a batch."""
        now = time.perf_counter()
        if self._start is None:
            self._start = now
        else:
            self._frames += len(data_samples)
        self._end = now

    def evaluate(self, size: int) -> dict[str, float]:
        """Frames a second; zero before the second batch.

        Args:
            size: Not used.
        """
        seconds = self._end - self._start if self._frames else 1.0
        rate = self._frames / seconds
        self._clear()
        return self.compute_metrics(all_gather_object(rate))

    def compute_metrics(self, results: Sequence[float]) -> dict[str, float]:
        """Add up the ranks' rates."""
        return {'speed/fps': float(sum(results))}

    def _clear(self) -> None:
        self._start: float | None = None
        self._end, self._frames = 0.0, 0
