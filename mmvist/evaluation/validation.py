"""Validation between two epochs of a training."""

import logging

from mmengine.logging import print_log
from mmengine.runner import ValLoop

from mmvist.evaluation.metrics.base import ScoringError
from mmvist.registry import LOOPS


@LOOPS.register_module()
class ValidationLoop(ValLoop):
    """mmengine's loop, in which scores that cannot be computed are told but do not end the training.

    Whatever keeps scores from being computed is the same on all processes, so all of them go on.
    """

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
