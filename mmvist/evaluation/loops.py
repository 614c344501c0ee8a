"""Loops whose steps may finish any number of frames, none included."""

from typing import Literal

import torch
from mmengine.runner import BaseLoop, TestLoop
from mmengine.runner.amp import autocast

from mmvist.registry import LOOPS


class StreamingLoop(BaseLoop):
    """One step of validation or testing.

    A detector that looks ahead answers for a frame when those it waits for have come. mmengine's own steps look for a
    loss in the last answer, and so need one.

    Attributes:
        stage: What mmengine calls the loop: the first part of the names of its hooks and of the model's step.
    """

    stage: Literal['val', 'test']

    @torch.no_grad()
    def run_iter(self, idx: int, data_batch: dict) -> None:
        """Give the model a batch of frames, and metrics and hooks what came of it.

        Args:
            idx: Number of the batch.
            data_batch: The frames.
        """
        self.runner.call_hook(f'before_{self.stage}_iter', batch_idx=idx, data_batch=data_batch)
        with autocast(enabled=self.fp16):
            outputs = getattr(self.runner.model, f'{self.stage}_step')(data_batch)
        self.evaluator.process(data_samples=outputs, data_batch=data_batch)
        self.runner.call_hook(f'after_{self.stage}_iter', batch_idx=idx, data_batch=data_batch, outputs=outputs)


@LOOPS.register_module()
class VideoTestLoop(StreamingLoop, TestLoop):
    """mmengine's loop over test videos, for models that look ahead too."""

    stage = 'test'
