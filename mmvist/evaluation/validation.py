"""Validation between two epochs of a training."""

import logging
from collections import Counter

from mmengine.evaluator import Evaluator
from mmengine.logging import print_log
from mmengine.runner import Runner, ValLoop
from torch.utils.data import DataLoader

from mmvist.evaluation.loops import StreamingLoop
from mmvist.evaluation.metrics.base import ScoringError
from mmvist.evaluation.metrics.tracking import TrackingMetric
from mmvist.registry import LOOPS


@LOOPS.register_module()
class ValidationLoop(StreamingLoop, ValLoop):
    """mmengine's loop, in which scores that cannot be computed are told but do not end the training.

    Whatever keeps scores from being computed is the same on all processes, so all of them go on.

    Args:
        runner: The training.
        dataloader: Frames to validate on, or the config of their loader.
        evaluator: Metrics, or their configs.
        fp16: Run the model in half precision.

    Raises:
        ValueError: Two metrics would report scores of one name, which shows before the first step.
    """

    stage = 'val'

    def __init__(self, runner: Runner, dataloader: DataLoader | dict, evaluator: Evaluator | dict | list,
                 fp16: bool = False) -> None:
        super().__init__(runner, dataloader, evaluator, fp16)
        names = Counter(name for metric in self.evaluator.metrics if isinstance(metric, TrackingMetric)
                        for name in metric.scoring.metrics)
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f'val_evaluator: several metrics would report {", ".join(twice)}; leave it to one of them '
                             "with its argument 'scores'")

    def run(self) -> dict:
        """Validate once; without scores where these cannot be computed."""
        try:
            return super().run()
        except ScoringError as error:
            print_log(f'Validation: no scores, the training goes on: {error}', 'current', logging.ERROR)
        # Else the frames of this epoch would be taken for those of the next.
        for metric in self.evaluator.metrics:
            metric.results.clear()
        self.runner.call_hook('after_val_epoch', metrics={})
        self.runner.call_hook('after_val')
        return {}
